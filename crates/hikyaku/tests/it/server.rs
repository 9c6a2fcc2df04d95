//! An HTTP/1.1 server of a few lines that writes literal bytes and keeps the bytes it read. It shares no code with the
//! client, so that one mistake cannot hide on both sides.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What the server does with one request.
pub(crate) enum Reaction {
    /// Writes these bytes and keeps the connection open.
    Answer(Vec<u8>),
    /// Writes these bytes and closes the connection.
    AnswerAndClose(Vec<u8>),
    /// Says nothing, for ever.
    Silence,
    /// Closes the connection as soon as a byte of the request has come.
    CutWhileReading,
}

/// A JSON answer of LINE's.
pub(crate) fn answer(status: u16, body: &str) -> Reaction {
    answer_with(status, "", body)
}

/// The same with more header lines, each ending in `\r\n`.
pub(crate) fn answer_with(status: u16, headers: &str, body: &str) -> Reaction {
    let length = body.len();
    Reaction::Answer(
        format!(
            "HTTP/1.1 {status} Any\r\ncontent-type: application/json\r\n\
             x-line-request-id: REQUEST-ID\r\n{headers}content-length: {length}\r\n\r\n{body}"
        )
        .into(),
    )
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Reacts to the first request with the first reaction and so on, and to what comes after them with a 418.
    pub(crate) async fn start(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let reactions: Arc<Mutex<VecDeque<_>>> =
            Arc::new(Mutex::new(reactions.into_iter().collect()));
        let log = requests.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reactions.clone(), log.clone()));
            }
        });
        Self { address, requests, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The one request that came, as text.
    pub(crate) fn only_request(&self) -> String {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests[0].text()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The request line, the headers in the order of their names, a blank line and the body. What differs between two
    /// runs, the host's port and the version, stands as a word.
    pub(crate) fn text(&self) -> String {
        let mut lines = self.head.lines();
        let request_line = lines.next().unwrap();
        let mut headers: Vec<String> = lines
            .map(|line| {
                let (name, value) = line.split_once(": ").unwrap();
                let name = name.to_ascii_lowercase();
                match name.as_str() {
                    "host" => "host: HOST".to_owned(),
                    _ => format!("{name}: {value}"),
                }
            })
            .collect();
        headers.sort();
        let headers = headers.join("\n").replace(env!("CARGO_PKG_VERSION"), "VERSION");
        format!("{request_line}\n{headers}\n\n{}", String::from_utf8_lossy(&self.body))
    }
}

async fn serve(
    mut stream: TcpStream,
    reactions: Arc<Mutex<VecDeque<Reaction>>>,
    log: Arc<Mutex<Vec<Request>>>,
) {
    let mut buffer = Vec::new();
    loop {
        if matches!(reactions.lock().unwrap().front(), Some(Reaction::CutWhileReading)) {
            let mut byte = [0];
            let _ = stream.read(&mut byte).await;
            reactions.lock().unwrap().pop_front();
            return;
        }
        let Some(request) = read(&mut stream, &mut buffer).await else { return };
        log.lock().unwrap().push(request);
        let reaction = reactions.lock().unwrap().pop_front();
        match reaction {
            Some(Reaction::Answer(bytes)) => stream.write_all(&bytes).await.unwrap_or_default(),
            Some(Reaction::AnswerAndClose(bytes)) => {
                return stream.write_all(&bytes).await.unwrap_or_default();
            }
            Some(Reaction::Silence) => std::future::pending().await,
            Some(Reaction::CutWhileReading) => return,
            None => {
                let over = b"HTTP/1.1 418 The script is over\r\n\
                    x-line-request-id: REQUEST-ID\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(over).await.unwrap_or_default();
            }
        }
    }
}

/// Reads a request whose body, if it has one, has a `Content-Length` or comes in chunks.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    buffer.drain(..end + 4);
    let mut request = Request { head, body: Vec::new() };
    if request.header("transfer-encoding") == Some("chunked") {
        loop {
            let size = read_line(stream, buffer).await?;
            let size = usize::from_str_radix(&size, 16).unwrap();
            request.body.extend(read_exactly(stream, buffer, size).await?);
            read_line(stream, buffer).await?;
            if size == 0 {
                return Some(request);
            }
        }
    }
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body = read_exactly(stream, buffer, length).await?;
    Some(request)
}

async fn read_line(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        if let Some(at) = buffer.windows(2).position(|window| window == b"\r\n") {
            let line = buffer.drain(..at + 2).take(at).collect();
            return String::from_utf8(line).ok();
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

async fn read_exactly(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    length: usize,
) -> Option<Vec<u8>> {
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    Some(buffer.drain(..length).collect())
}
