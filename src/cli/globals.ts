/** The options that every command has. */
export interface Globals {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly endpoint?: string;
  readonly insecure?: boolean;
  readonly apiKeyFile?: string;
  readonly timeout?: number;
  readonly retries?: number;
}
