/** What to do about a file that is in the way. */
export function existingFile(file: string): string {
  return `${file} exists already: choose another name, or give --force.`;
}
