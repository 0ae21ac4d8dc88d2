//! Readers of Rust: readers READER INPUT OUTPUT writes 16-bit samples, and prints JSON with the seconds that it was told.

use std::{env, error::Error, fs};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let (reader, source, target) = (&arguments[1], &arguments[2], &arguments[3]);
    let mut pcm = Vec::new();
    let read = if reader == "hound" { by_hound } else { by_symphonia };
    // What came before a failure counts, too: a player has played it.
    let result = read(source, &mut pcm);
    fs::write(target, &pcm).unwrap();
    match result {
        Ok(told) => println!("{{\"told\":{told}}}"),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

fn by_hound(source: &str, pcm: &mut Vec<u8>) -> Result<f64, Box<dyn Error>> {
    let mut reader = hound::WavReader::open(source)?;
    let told = f64::from(reader.duration()) / f64::from(reader.spec().sample_rate);
    for sample in reader.samples::<i16>() {
        pcm.extend_from_slice(&sample?.to_le_bytes());
    }
    Ok(told)
}

fn by_symphonia(source: &str, pcm: &mut Vec<u8>) -> Result<f64, Box<dyn Error>> {
    use symphonia::core::{codecs::audio::AudioDecoderOptions, formats::{probe::Hint, FormatOptions, TrackType}, io::MediaSourceStream, meta::MetadataOptions};
    let file = MediaSourceStream::new(Box::new(fs::File::open(source)?), Default::default());
    let mut format = symphonia::default::get_probe().probe(&Hint::new(), file, FormatOptions::default(), MetadataOptions::default())?;
    let track = format.default_track(TrackType::Audio).ok_or("no track")?;
    let told = track.num_frames.map_or(-1.0, |frames| frames as f64 / 24_000.0);
    let parameters = track.codec_params.as_ref().ok_or("no codec")?.audio().ok_or("no audio")?;
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default())?;
    while let Some(packet) = format.next_packet()? {
        let mut samples: Vec<i16> = Vec::new();
        decoder.decode(&packet)?.copy_to_vec_interleaved(&mut samples);
        for sample in samples {
            pcm.extend_from_slice(&sample.to_le_bytes());
        }
    }
    Ok(told)
}
