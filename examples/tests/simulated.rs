//! The simulator serves every operation that the client has.

use hikyaku::operation::{Host, OPERATIONS};
use hikyaku_sim::Sim;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn every_operation_is_served() {
    let sim = Sim::start().await.unwrap();
    for route in OPERATIONS {
        let url = if route.host == Host::Data { sim.data_url() } else { sim.api_url() };
        let path: Vec<&str> = route
            .path
            .split('/')
            .map(|step| if step.starts_with('{') { "1" } else { step })
            .collect();
        let request = format!(
            "{} {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            route.method,
            path.join("/")
        );
        let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let status = str::from_utf8(&answer[9..12]).unwrap();
        // Without a token it is a 401, or a 400 where the body would say who asks. The keys are everybody's.
        let expected: &[&str] =
            if route.operation_id == "getLoginKeys" { &["200"] } else { &["400", "401"] };
        assert!(expected.contains(&status), "{status} {}", route.operation_id);
    }
}
