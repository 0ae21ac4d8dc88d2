export { countCharacters } from "../lib/count.ts";
