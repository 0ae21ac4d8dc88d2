/** The pieces of a text between white space that a line may break at: "5 км" with a no-break space stays one. */
export function words(text: string): string[] {
  return text.split(/[ \t\r\n\v\f\x85\u2028\u2029]+/).filter((word) => word !== "");
}
