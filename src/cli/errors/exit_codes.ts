import type { ErrorCode } from "../../contract/errors.ts";

/** The exit codes of the process. A published number keeps its meaning. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  authentication: 3,
  credits: 4,
  rateLimit: 5,
  notFound: 6,
  jobFailed: 7,
  unknownCharge: 8,
  timeout: 9,
  connection: 10,
  unavailable: 11,
  server: 12,
  findings: 13,
  hangup: 129,
  interrupted: 130,
  brokenPipe: 141,
  terminated: 143,
} as const;

/** The exit code of each class of errors. */
export const EXIT_OF_CODE: Readonly<Record<ErrorCode, number>> = {
  authentication_failed: EXIT.authentication,
  permission_denied: EXIT.authentication,
  invalid_request: EXIT.usage,
  rate_limit_exceeded: EXIT.rateLimit,
  insufficient_credits: EXIT.credits,
  resource_not_found: EXIT.notFound,
  service_unavailable: EXIT.unavailable,
  connection_error: EXIT.connection,
  timeout: EXIT.timeout,
  server_error: EXIT.server,
  job_failed: EXIT.jobFailed,
  client_closed: EXIT.failure,
};

/** The exit codes for the help text. */
export const EXIT_HELP = `
Exit codes:
  0    done
  1    any other failure, for example of a disk
  2    wrong command line, text or file, or a request that the service refused
       as invalid; nothing was bought
  3    the key is missing, malformed, not accepted, or not allowed to do this
  4    not enough credits
  5    rate limit exceeded
  6    no such voice, job or audio
  7    the job failed at the service
  8    sent, and it is not known whether it was charged: look at the balance
       before you run it again
  9    timeout
  10   no connection, or it broke off
  11   the service is unavailable
  12   the service failed, or does not speak gRPC-Web
  13   "check" found something
  129  the terminal was closed (SIGHUP)
  130  stopped by Ctrl-C (SIGINT)
  141  the reader of standard output is gone
  143  stopped by SIGTERM`;
