vcl 4.1;

backend default {
  .host = "UPSTREAM_HOST";
  .port = "UPSTREAM_PORT";
  # A silent stream is not a dead one.
  .first_byte_timeout = 1h;
  .between_bytes_timeout = 1h;
}

sub vcl_recv {
  # A pipe tells the service that the caller is gone, and never sends a call again.
  return (pipe);
}

sub vcl_pipe {
  # The next request of the connection is looked at again.
  set bereq.http.connection = "close";
}
