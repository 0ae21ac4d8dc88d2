package gateways;

import com.google.protobuf.ByteString;
import tsetsen.api.v1.TsetsenTts.*;

/** What the service answers, on every server. */
final class Answers {
  static final String SERVICE = "tsetsen.api.v1.TsetsenTTS";
  static final ListVoicesResponse VOICES = ListVoicesResponse.newBuilder()
      .addVoices(Voice.newBuilder().setId("bold").setName("Болд").setGender(Voice.Gender.MALE).setLanguage("mn"))
      .build();
  static final GenerateSpeechResponse JOB = GenerateSpeechResponse.newBuilder()
      .setRequestId("job-1").setStatus(GenerateSpeechResponse.Status.PENDING).build();
  static final GetUserBalanceResponse BALANCE = GetUserBalanceResponse.newBuilder().setCredits(1234).build();

  static StreamSpeechResponse chunk(byte[] audio, boolean last) {
    return StreamSpeechResponse.newBuilder().setAudioChunk(ByteString.copyFrom(audio)).setIsFinal(last).build();
  }
}
