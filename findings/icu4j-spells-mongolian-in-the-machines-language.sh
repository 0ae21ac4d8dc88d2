#!/usr/bin/env bash
# ICU4J spells Mongolian numbers in the language of the machine
#
# Guess:   ICU has no rules to spell numbers for "mn". RuleBasedNumberFormat falls back to the root, and writes digits ("1,234") on each
#          machine.
# Came:    "one thousand two hundred thirty-four" where Java's default locale is English, "одна тысяча двести тридцать четыре" where it is
#          Russian. Digits come where the default is Mongolian. Nothing is raised. A MessageFormat for "mn" with {0,spellout} does the same.
# With:    icu4j 78.1 (Maven), Java 17, run on 2026-11-28.
# Matters: Programs spell numbers before they send text to a voice. The voice then reads English words in a Mongolian sentence on one server and
#          Russian ones on the next, and each is paid for. Compare format.getLocale(ULocale.ACTUAL_LOCALE) with the locale that was asked for.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>0</version>
  <dependencies>
    <dependency>
      <groupId>com.ibm.icu</groupId>
      <artifactId>icu4j</artifactId>
      <version>78.1</version>
    </dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath >&2
cat >Spell.java <<'JAVA'
import com.ibm.icu.text.MessageFormat;
import com.ibm.icu.text.RuleBasedNumberFormat;
import com.ibm.icu.util.ULocale;
import java.io.PrintStream;

public class Spell {
  public static void main(String[] args) throws Exception {
    ULocale mongolian = ULocale.forLanguageTag("mn-MN");
    RuleBasedNumberFormat format = new RuleBasedNumberFormat(mongolian, RuleBasedNumberFormat.SPELLOUT);
    String message = new MessageFormat("{0,spellout}", mongolian).format(new Object[] {3});
    new PrintStream(System.out, true, "UTF-8").println(ULocale.getDefault() + ": " + format.format(1234) + ", " + message
        + ", rules of \"" + format.getLocale(ULocale.ACTUAL_LOCALE) + "\"");
  }
}
JAVA
javac -cp "$(cat classpath)" Spell.java
for locale in "en US" "ru RU" "de AT" "mn MN"; do
  read -r language country <<<"$locale"
  java -Duser.language="$language" -Duser.country="$country" -cp "$(cat classpath):." Spell | sed 's/\xc2\xad//g'
done | tee seen
diff - seen <<'WANT'
en_US: one thousand two hundred thirty-four, three, rules of "en"
ru_RU: одна тысяча двести тридцать четыре, три, rules of "ru"
de_AT: eintausendzweihundertvierunddreißig, drei, rules of "de"
mn_MN: 1,234, 3, rules of ""
WANT
