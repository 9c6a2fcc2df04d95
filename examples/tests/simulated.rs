//! The simulator knows every operation that the client knows: it serves it, or says that it does not yet.

use hikyaku::operation::{Host, OPERATIONS};
use hikyaku_sim::Sim;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn no_operation_is_a_path_that_line_has_not() {
    let sim = Sim::start().await.unwrap();
    let mut served = 0;
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
        // Without a token a path that is served is a 401, or a 400 where the body would say who asks.
        assert!(["400", "401", "501"].contains(&status), "{status} {}", route.operation_id);
        served += usize::from(status != "501");
    }
    assert!(served >= 80, "{served}");
}
