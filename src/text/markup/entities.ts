/**
 * HTML's character references.
 *
 * The rules are those of the HTML Standard (13.2.5, character reference state): the numbers of Windows-1252 between 128
 * and 159 included, and some old names without a semicolon. The names are those of HTML 4 and `apos`; HTML 5 has two
 * thousand more, which text rarely holds. They are found and not repaired.
 *
 * @module
 */

import type { Found } from "../findings/finding.ts";

/** The names of U+00A0 to U+00FF, in order. */
const LATIN_1 =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro " +
  "para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil " +
  "Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave " +
  "Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml " +
  "igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute " +
  "thorn yuml";
const OTHERS =
  "amp=& lt=< gt=> quot=\" apos=' OElig=Œ oelig=œ Scaron=Š scaron=š Yuml=Ÿ fnof=ƒ circ=ˆ tilde=˜ Alpha=Α Beta=Β " +
  "Gamma=Γ Delta=Δ Epsilon=Ε Zeta=Ζ Eta=Η Theta=Θ Iota=Ι Kappa=Κ Lambda=Λ Mu=Μ Nu=Ν Xi=Ξ Omicron=Ο Pi=Π Rho=Ρ Sigma=Σ " +
  "Tau=Τ Upsilon=Υ Phi=Φ Chi=Χ Psi=Ψ Omega=Ω alpha=α beta=β gamma=γ delta=δ epsilon=ε zeta=ζ eta=η theta=θ iota=ι " +
  "kappa=κ lambda=λ mu=μ nu=ν xi=ξ omicron=ο pi=π rho=ρ sigmaf=ς sigma=σ tau=τ upsilon=υ phi=φ chi=χ psi=ψ omega=ω " +
  "ensp=\u2002 emsp=\u2003 thinsp=\u2009 zwnj=\u200c zwj=\u200d lrm=\u200e rlm=\u200f ndash=– mdash=— lsquo=‘ rsquo=’ " +
  "sbquo=‚ ldquo=“ rdquo=” bdquo=„ dagger=† Dagger=‡ bull=• hellip=… permil=‰ prime=′ Prime=″ lsaquo=‹ rsaquo=› oline=‾ " +
  "frasl=⁄ euro=€ image=ℑ weierp=℘ real=ℜ trade=™ larr=← uarr=↑ rarr=→ darr=↓ harr=↔ lArr=⇐ rArr=⇒ hArr=⇔ forall=∀ " +
  "part=∂ exist=∃ empty=∅ nabla=∇ isin=∈ notin=∉ ni=∋ prod=∏ sum=∑ minus=− lowast=∗ radic=√ prop=∝ infin=∞ ang=∠ and=∧ " +
  "or=∨ cap=∩ cup=∪ int=∫ there4=∴ sim=∼ cong=≅ asymp=≈ ne=≠ equiv=≡ le=≤ ge=≥ sub=⊂ sup=⊃ nsub=⊄ sube=⊆ supe=⊇ " +
  "oplus=⊕ otimes=⊗ perp=⊥ sdot=⋅ loz=◊ spades=♠ clubs=♣ hearts=♥ diams=♦ num=# percnt=% lpar=( rpar=) comma=, " +
  "period=. colon=: semi=; excl=! quest=? sol=/ bsol=\\ lsqb=[ rsqb=] ast=* lowbar=_ dollar=$ plus=+ equals== commat=@ " +
  "lbrack=[ rbrack=] hyphen=‐ dash=‐ horbar=― vert=| verbar=| Tab=\t NewLine=\n";

/** Windows-1252 between 128 and 159: what the numbers of these references stand for. */
const WINDOWS_1252 = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

// &amp;mdash; stands for &mdash;, which stands for —. A few levels are decoded in one step.
const REFERENCE =
  /&(?:amp;){0,9}(?:#(?<decimal>\d{1,8});?|#[xX](?<hex>[0-9A-Fa-f]{1,7});?|(?<name>[A-Za-z][A-Za-z0-9]{1,31});|(?<old>nbsp|amp|lt|gt|quot|copy|reg|laquo|raquo)(?![A-Za-z0-9=;]))/g;

/** The character references of a text. */
export function* entities(text: string): Generator<Found> {
  if (!text.includes("&")) return;
  for (const { 0: reference, index, groups } of text.matchAll(REFERENCE)) {
    const { decimal, hex, name = groups!["old"] } = groups!;
    const character = name !== undefined
      ? named().get(name)
      : numbered(decimal === undefined ? parseInt(hex!, 16) : Number(decimal));
    // "R&D;" and the like are no references.
    if (character === undefined && name !== undefined && name.length < 3) continue;
    const place = { kind: "entity", start: index, end: index + reference.length } as const;
    yield character === undefined
      ? { ...place, message: "An HTML character reference that stands for no known character" }
      : {
        ...place,
        message: "An HTML character reference is read letter by letter",
        // Nobody sees or hears &shy; and &zwj;.
        suggestion: character.replace(/\p{Cf}/u, ""),
      };
  }
}

let names: Map<string, string> | undefined;

/** The names, read once, when first needed. */
function named(): Map<string, string> {
  if (names !== undefined) return names;
  names = new Map(
    LATIN_1.split(" ").map((name, i) => [name, String.fromCharCode(0xa0 + i)]),
  );
  for (const [, name, character] of OTHERS.matchAll(/(\w+)=([^]+?)(?: (?=\w)|$)/g)) {
    names.set(name!, character!);
  }
  return names;
}

/** The character of a number; `undefined` for none, for half a pair and for control characters. */
function numbered(number: number): string | undefined {
  if (number >= 0x80 && number < 0xa0) number = WINDOWS_1252.charCodeAt(number - 0x80);
  if (number > 0x10ffff || (number >= 0xd800 && number < 0xe000)) return undefined;
  const character = String.fromCodePoint(number);
  return /[\t\n\r]|\P{Cc}/u.test(character) ? character : undefined;
}
