// SPDX-License-Identifier: MIT
//! Where to connect to or listen: a host, numeric or a name, and a port.

use std::io;
use std::net::SocketAddr;

/// Something that names a host and a port: `"example.org:80"`, `"[::1]:80"`, `("127.0.0.1", 80)`, a `SocketAddr`.
pub trait ToTarget {
    /// Host (without brackets) and port. Errors: `InvalidInput`.
    fn to_target(&self) -> io::Result<(String, u16)>;
}

impl ToTarget for str {
    fn to_target(&self) -> io::Result<(String, u16)> {
        let parts = self.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        let (host, port) = parts
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, format!("not a host and a port: {self:?}")))?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        Ok((bare.unwrap_or(host).to_owned(), port))
    }
}

impl ToTarget for String {
    fn to_target(&self) -> io::Result<(String, u16)> {
        self.as_str().to_target()
    }
}

impl ToTarget for SocketAddr {
    fn to_target(&self) -> io::Result<(String, u16)> {
        Ok((self.ip().to_string(), self.port()))
    }
}

impl ToTarget for (&str, u16) {
    fn to_target(&self) -> io::Result<(String, u16)> {
        Ok((self.0.to_owned(), self.1))
    }
}

impl<T: ToTarget + ?Sized> ToTarget for &T {
    fn to_target(&self) -> io::Result<(String, u16)> {
        (**self).to_target()
    }
}
