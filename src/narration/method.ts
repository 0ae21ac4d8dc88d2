/** How a part becomes audio: by a job and a download, or by a stream. */
export type Method = "generate" | "stream";
