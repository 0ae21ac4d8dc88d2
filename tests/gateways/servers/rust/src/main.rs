//! The service behind tonic-web: it listens on loopback, and prints its port. A call does what its header x-script says,
//! "name=value;name=value" with percent-encoded values. A line of JSON is printed when it begins and when it ends.

use std::{collections::HashMap, pin::Pin, time::Duration};
use tokio_stream::{wrappers::TcpListenerStream, Stream};
use tonic::{metadata::MetadataMap, Code, Request, Response, Status};

pub mod pb {
    tonic::include_proto!("tsetsen.api.v1");
}
use pb::tsetsen_tts_server::{TsetsenTts, TsetsenTtsServer};

/// No script holds a call longer.
const PATIENCE: Duration = Duration::from_secs(12);

/// What a call does. Its end is told when it is dropped: tonic drops what nobody waits for.
struct Script {
    values: HashMap<String, String>,
    done: bool,
    sent: usize,
}

impl Script {
    fn new(method: &str, key: &str, metadata: &MetadataMap) -> Self {
        let text = |name: &str| metadata.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_string();
        let decode = |value: &str| percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
        let values: HashMap<String, String> = text("x-script")
            .split(';')
            .filter_map(|pair| pair.split_once('=').map(|(name, value)| (name.to_string(), decode(value))))
            .collect();
        let left = timeout(&text("grpc-timeout")).map_or("null".to_string(), |ms| ms.to_string());
        println!(
            r#"{{"id":"{}","event":"begin","method":"{method}","key":"{key}","left":{left},"headers":["{}","{}","{}"]}}"#,
            values.get("id").map_or("", String::as_str),
            text("x-api-key"),
            text("x-goog-api-key"),
            text("x-user-agent"),
        );
        Self { values, done: false, sent: 0 }
    }

    fn number(&self, name: &str, otherwise: usize) -> usize {
        self.values.get(name).and_then(|value| value.parse().ok()).unwrap_or(otherwise)
    }

    fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn failure(&mut self) -> Option<Status> {
        let code = self.number("code", 0);
        if code == 0 {
            return None;
        }
        self.done = true;
        let mut metadata = MetadataMap::new();
        metadata.insert("x-trace", "abc".parse().unwrap());
        let message = self.values.get("message").cloned().unwrap_or_default();
        Some(Status::with_metadata(Code::from_i32(code as i32), message, metadata))
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let how = if self.done { "done" } else { "left" };
        let id = self.values.get("id").map_or("", String::as_str);
        println!(r#"{{"id":"{id}","event":"end","how":"{how}","sent":{}}}"#, self.sent);
    }
}

/// The milliseconds of a grpc-timeout. tonic keeps the header, and bounds the call by it.
fn timeout(text: &str) -> Option<u64> {
    let unit = text.chars().last()?;
    let value: u64 = text[..text.len() - 1].parse().ok()?;
    Some(match unit {
        'H' => value * 3_600_000,
        'M' => value * 60_000,
        'S' => value * 1_000,
        'u' => value / 1_000,
        'n' => value / 1_000_000,
        _ => value,
    })
}

struct Service;

async fn unary<T>(method: &str, key: &str, metadata: &MetadataMap, answer: T) -> Result<Response<T>, Status> {
    let mut script = Script::new(method, key, metadata);
    if script.has("hang") {
        tokio::time::sleep(PATIENCE).await;
    }
    if let Some(status) = script.failure() {
        return Err(status);
    }
    script.done = true;
    Ok(Response::new(answer))
}

#[tonic::async_trait]
impl TsetsenTts for Service {
    async fn list_voices(&self, request: Request<pb::ListVoicesRequest>) -> Result<Response<pb::ListVoicesResponse>, Status> {
        let voice = pb::Voice { id: "bold".into(), name: "Болд".into(), gender: 1, language: "mn".into(), ..Default::default() };
        unary("ListVoices", &request.get_ref().api_key, request.metadata(), pb::ListVoicesResponse { voices: vec![voice] }).await
    }

    async fn generate_speech(&self, request: Request<pb::GenerateSpeechRequest>) -> Result<Response<pb::GenerateSpeechResponse>, Status> {
        let answer = pb::GenerateSpeechResponse { request_id: "job-1".into(), status: 1 };
        unary("GenerateSpeech", &request.get_ref().api_key, request.metadata(), answer).await
    }

    async fn check_status(&self, _: Request<pb::CheckStatusRequest>) -> Result<Response<pb::CheckStatusResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn get_user_balance(&self, request: Request<pb::GetUserBalanceRequest>) -> Result<Response<pb::GetUserBalanceResponse>, Status> {
        unary("GetUserBalance", &request.get_ref().api_key, request.metadata(), pb::GetUserBalanceResponse { credits: 1234 }).await
    }

    type StreamSpeechStream = Pin<Box<dyn Stream<Item = Result<pb::StreamSpeechResponse, Status>> + Send>>;

    async fn stream_speech(&self, request: Request<pb::StreamSpeechRequest>) -> Result<Response<Self::StreamSpeechStream>, Status> {
        let mut script = Script::new("StreamSpeech", &request.get_ref().api_key, request.metadata());
        let chunks = script.number("chunks", 5);
        let after = script.number("after", chunks);
        if after == 0 && !script.has("hang") {
            if let Some(status) = script.failure() {
                return Err(status);
            }
        }
        Ok(Response::new(Box::pin(async_stream::stream! {
            for index in 0..=chunks {
                if index == after {
                    if script.has("hang") {
                        tokio::time::sleep(PATIENCE).await;
                    }
                    if let Some(status) = script.failure() {
                        yield Err(status);
                        return;
                    }
                }
                if index == chunks {
                    break;
                }
                if index > 0 {
                    tokio::time::sleep(Duration::from_millis(script.number("interval", 0) as u64)).await;
                }
                let length = script.number("bytes", 4800);
                let audio_chunk = (0..length).map(|at| ((index * length + at) * 7) as u8).collect();
                script.sent = index + 1;
                yield Ok(pb::StreamSpeechResponse { audio_chunk, is_final: index == chunks - 1, ..Default::default() });
            }
            script.done = true;
        })))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!(r#"{{"port":{}}}"#, listener.local_addr()?.port());
    tonic::transport::Server::builder()
        .accept_http1(true)
        .layer(tonic_web::GrpcWebLayer::new())
        .add_service(TsetsenTtsServer::new(Service))
        .serve_with_incoming(TcpListenerStream::new(listener))
        .await?;
    Ok(())
}
