import java.io.File;
import java.io.FileOutputStream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/** Reader of Java: Read READER INPUT OUTPUT writes 16-bit samples, and prints JSON with the seconds that it was told. */
public final class Read {
    public static void main(String[] arguments) throws Exception {
        File target = new File(arguments[2]);
        try (AudioInputStream audio = AudioSystem.getAudioInputStream(new File(arguments[1]))) {
            long frames = audio.getFrameLength();
            String told = frames == AudioSystem.NOT_SPECIFIED ? "null" : String.valueOf(frames / 24_000.0);
            if (arguments[0].equals("copy")) {
                File copy = new File(arguments[2] + ".wav");
                AudioSystem.write(audio, AudioFileFormat.Type.WAVE, copy);
                try (AudioInputStream again = AudioSystem.getAudioInputStream(copy); FileOutputStream out = new FileOutputStream(target)) {
                    again.transferTo(out);
                }
            } else {
                try (FileOutputStream out = new FileOutputStream(target)) {
                    audio.transferTo(out);
                }
            }
            System.out.print("{\"told\":" + told + "}");
        }
    }
}
