#!/usr/bin/env bash
# mp3agic tells 0.1 s for an MP3 of 20 s with a variable bitrate, and mp3spi tells half of one at 32 kbit/s
#
# Guess:   Both are right to some 0.1 s, as readers of MP3 are: they read the header that LAME writes (Xing or Info), or count frames. What mp3agic saves with a new title sounds as before.
# Came:    At 24,000 Hz with a variable bitrate mp3agic counts two frames and stops: 96 ms, where 44,100 Hz is right. It saves such a file without its first five frames, 0.1 s. mp3spi takes the
#          bitrate of the first frame, the header's own, which LAME makes with 64 kbit/s: a file of 32 kbit/s has half of its length, one of 48 three quarters; from 64 on it is right.
#          Nothing is raised.
# With:    mp3agic 0.9.1, mp3spi 1.9.5.4 (Maven), Java 17, ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0); run on 2026-11-28.
# Matters: Speech is mono at 24,000 Hz, and 32 kbit/s are enough for it. A player stops in the middle, a list of chapters is laid out wrong, and an MP3 that is given a title by mp3agic loses
#          its first syllable. Count the samples that a decoder gives, and write titles with jaudiotagger where there are no chapters.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0
ffmpeg=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>0</version>
  <dependencies>
    <dependency><groupId>com.mpatric</groupId><artifactId>mp3agic</artifactId><version>0.9.1</version></dependency>
    <dependency><groupId>com.googlecode.soundlibs</groupId><artifactId>mp3spi</artifactId><version>1.9.5.4</version></dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath >&2
speech='aevalsrc=0.3*sin(2*PI*200*t)*(1+sin(2*PI*3*t))*gt(sin(2*PI*0.4*t)\,-0.5)+0.02*random(0):d=20:s=48000'
make() { "$ffmpeg" -v error -bitexact -f lavfi -i "$speech" -ar "$2" "$3" "$4" "$1"; }
make 32k.mp3 24000 -b:a 32k
make 48k.mp3 24000 -b:a 48k
make 64k.mp3 24000 -b:a 64k
make variable.mp3 24000 -q:a 4
make variable-44100.mp3 44100 -q:a 4
cat >Observe.java <<'JAVA'
import com.mpatric.mp3agic.ID3v24Tag;
import com.mpatric.mp3agic.Mp3File;
import java.io.File;
import javax.sound.sampled.AudioSystem;

public class Observe {
  public static void main(String[] names) throws Exception {
    for (String name : names) {
      var mp3 = new Mp3File(name);
      long spi = (Long) AudioSystem.getAudioFileFormat(new File(name)).properties().get("duration") / 1_000_000;
      System.out.println(name + ": mp3agic " + mp3.getLengthInMilliseconds() / 100 / 10.0 + " s, mp3spi " + spi + " s");
      mp3.setId3v2Tag(new ID3v24Tag());
      mp3.getId3v2Tag().setTitle("Ном");
      mp3.save("saved-" + name);
    }
  }
}
JAVA
frames() { "$ffmpeg" -v error -i "$1" -c copy -f framecrc - | grep -vc '^#'; }
{
  java -cp "$(cat classpath)" Observe.java 32k.mp3 48k.mp3 64k.mp3 variable.mp3 variable-44100.mp3
  for name in 64k variable; do
    echo "$name.mp3, saved with a title: lacks $(($(frames $name.mp3) - $(frames saved-$name.mp3))) frames"
  done
} | tee seen
diff - seen <<'WANT'
32k.mp3: mp3agic 20.0 s, mp3spi 10 s
48k.mp3: mp3agic 20.0 s, mp3spi 15 s
64k.mp3: mp3agic 20.0 s, mp3spi 20 s
variable.mp3: mp3agic 0.1 s, mp3spi 20 s
variable-44100.mp3: mp3agic 19.9 s, mp3spi 20 s
64k.mp3, saved with a title: lacks 0 frames
variable.mp3, saved with a title: lacks 5 frames
WANT
