//! Requests as literal bytes, on a connection of their own.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

/// A connection with a request on it.
pub(crate) fn send(address: &str, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// The whole answer to a request.
pub(crate) fn ask(address: &str, request: &str) -> String {
    let mut answer = String::new();
    send(address, request).read_to_string(&mut answer).unwrap();
    answer
}

pub(crate) fn get(address: &str, path: &str) -> String {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
}
