//! A web server on this machine that gives prepared answers.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};

/// A server and what it was asked.
pub struct WebServer {
    /// `http://127.0.0.1:port`
    pub address: String,
    requests: Receiver<String>,
}

impl WebServer {
    /// Answers each request with this status line and body, until the test ends.
    pub fn start(status: &str, headers: &str, body: impl Into<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let body = body.into();
        let head = format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let (told, requests) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let request = lines.next().unwrap().unwrap();
                // The headers end with an empty line.
                while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
                if told.send(request).is_err() {
                    return;
                }
                stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
            }
        });
        Self { address, requests }
    }

    /// The first lines of the requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.try_iter().collect()
    }
}
