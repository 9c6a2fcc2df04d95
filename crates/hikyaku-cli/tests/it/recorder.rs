//! A server that writes down what it is asked and answers what it is told. It shares no type with the program.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

pub(crate) struct Recorder {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    connections: usize,
    requests: Vec<Request>,
    answers: VecDeque<Answer>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Method and target.
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The body byte for byte.
    #[cfg_attr(not(feature = "otel"), expect(dead_code, reason = "all but spans are texts"))]
    pub(crate) bytes: Vec<u8>,
}

/// An answer to give.
#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    pub(crate) fn new(status: u16, body: &str) -> Self {
        let id = "0a0b0c0d-0000-0000-0000-000000000001".to_owned();
        Self { status, headers: vec![("x-line-request-id", id)], body: body.to_owned() }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }
}

impl Recorder {
    /// A server that gives these answers in turn, and then `{}`.
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared { answers: answers.into_iter().collect(), ..Shared::default() };
        let shared = Arc::new(Mutex::new(shared));
        let to_serve = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that leaves in the middle is its own affair; the test sees what was recorded.
                let _ = serve(&stream.unwrap(), &to_serve);
            }
        });
        Self { address, shared }
    }

    /// A server that answers `{}`.
    pub(crate) fn start() -> Self {
        Self::answering([])
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.lock().unwrap().requests.clone()
    }

    /// The one request that came.
    #[track_caller]
    pub(crate) fn request(&self) -> Request {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:#?}");
        requests.remove(0)
    }

    /// How often anyone connected at all.
    pub(crate) fn connections(&self) -> usize {
        self.shared.lock().unwrap().connections
    }
}

fn serve(mut stream: &TcpStream, shared: &Mutex<Shared>) -> std::io::Result<()> {
    shared.lock().unwrap().connections += 1;
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim_end().is_empty() {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let mut lines = lines.into_iter();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.into(), value.into())))
        .collect();
    let named = |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let length = named("content-length").map_or(0, |(_, length)| length.parse().unwrap());
    let mut bytes = Vec::new();
    reader.take(length).read_to_end(&mut bytes)?;
    let body = String::from_utf8_lossy(&bytes).into_owned();
    let request = Request { line, headers, body, bytes };
    let answer = {
        let mut shared = shared.lock().unwrap();
        shared.requests.push(request);
        shared.answers.pop_front().unwrap_or_else(|| Answer::new(200, "{}"))
    };
    let Answer { status, headers, body } = answer;
    write!(stream, "HTTP/1.1 {status} Status\r\n")?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    let length = body.len();
    write!(stream, "content-type: application/json\r\ncontent-length: {length}\r\n")?;
    write!(stream, "connection: close\r\n\r\n{body}")
}
