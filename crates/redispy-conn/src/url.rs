//! Configurations as URLs: `redis://[[user]:password@]host[:port][/db][?option=value&...]` and
//! `unix://[[user]:password@]/path/to/socket[?option=value&...]`.
//!
//! Each part is percent-decoded exactly once. Every option has one row in [`OPTIONS`], from which it is read and printed.
//! Errors name the option, never a value and nothing of what stands before the `@`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use iri_string::percent_encode::PercentEncodedForUri;
use iri_string::percent_encode::decode::decode_whatwg_bytes;
use iri_string::types::UriStr;

use crate::{Address, Config, Error, ProtocolChoice, Result, Yielding, address::DEFAULT_PORT};

/// A number of bytes, connections and the like.
const NUMBER: &str = "a whole number";
const SPAN: &str = "a time such as 500ms, 5s, 2m or 0.5 (seconds)";
const SPAN_OR_NONE: &str = "a time such as 500ms, 5s, 2m or 0.5 (seconds), or none";
const SWITCH: &str = "yes or no";

/// One option: its key, other names of it, what a value looks like, how to set it, how to print it.
struct Opt {
    key: &'static str,
    alias: Option<&'static str>,
    wanted: &'static str,
    set: fn(&mut Config, &str) -> Option<()>,
    get: fn(&Config) -> String,
}

const fn opt(
    key: &'static str,
    wanted: &'static str,
    set: fn(&mut Config, &str) -> Option<()>,
    get: fn(&Config) -> String,
) -> Opt {
    Opt { key, alias: None, wanted, set, get }
}

impl Opt {
    const fn or(mut self, alias: &'static str) -> Opt {
        self.alias = Some(alias);
        self
    }
}

#[rustfmt::skip]
static OPTIONS: &[Opt] = &[
    opt("db", NUMBER, |c, v| put(&mut c.db, v.parse().ok()), |c| c.db.to_string()),
    opt("client_name", "printable ASCII without spaces", |c, v| put(&mut c.client_name, Some(Some(v.to_owned()))), |c| c.client_name.clone().unwrap_or_default()),
    opt("protocol", "auto, 2 or 3", |c, v| put(&mut c.protocol, parse_protocol(v)), |c| show_protocol(c.protocol).to_owned()),
    opt("client_info", SWITCH, |c, v| put(&mut c.client_info, parse_switch(v)), |c| show_switch(c.client_info)),
    opt("connect_timeout", SPAN_OR_NONE, |c, v| put(&mut c.connect_timeout, parse_limit(v)), |c| show_limit(c.connect_timeout)).or("socket_connect_timeout"),
    opt("timeout", SPAN_OR_NONE, |c, v| put(&mut c.timeout, parse_limit(v)), |c| show_limit(c.timeout)).or("socket_timeout"),
    opt("nodelay", SWITCH, |c, v| put(&mut c.tcp.nodelay, parse_switch(v)), |c| show_switch(c.tcp.nodelay)),
    opt("keepalive", SPAN_OR_NONE, |c, v| put(&mut c.tcp.keepalive, parse_limit(v)), |c| show_limit(c.tcp.keepalive)),
    opt("keepalive_interval", SPAN, |c, v| put(&mut c.tcp.keepalive_interval, parse_span(v)), |c| show_span(c.tcp.keepalive_interval)),
    opt("keepalive_retries", NUMBER, |c, v| put(&mut c.tcp.keepalive_retries, v.parse().ok()), |c| c.tcp.keepalive_retries.to_string()),
    opt("user_timeout", SPAN_OR_NONE, |c, v| put(&mut c.tcp.user_timeout, parse_limit(v)), |c| show_limit(c.tcp.user_timeout)),
    opt("max_depth", NUMBER, |c, v| put(&mut c.limits.max_depth, v.parse().ok()), |c| c.limits.max_depth.to_string()),
    opt("max_bulk_len", NUMBER, |c, v| put(&mut c.limits.max_bulk_len, v.parse().ok()), |c| c.limits.max_bulk_len.to_string()),
    opt("max_elements", NUMBER, |c, v| put(&mut c.limits.max_elements, v.parse().ok()), |c| c.limits.max_elements.to_string()),
    opt("max_line_len", NUMBER, |c, v| put(&mut c.limits.max_line_len, v.parse().ok()), |c| c.limits.max_line_len.to_string()),
    opt("max_reply_len", NUMBER, |c, v| put(&mut c.limits.max_reply_len, v.parse().ok()), |c| c.limits.max_reply_len.to_string()),
    opt("max_connections", "a whole number above 0", |c, v| put(&mut c.pool.max_connections, above_zero(v)), |c| c.pool.max_connections.to_string()),
    opt("max_dials", "a whole number above 0", |c, v| put(&mut c.pool.max_dials, above_zero(v)), |c| c.pool.max_dials.to_string()),
    opt("pool_timeout", SPAN_OR_NONE, |c, v| put(&mut c.pool.pool_timeout, parse_limit(v)), |c| show_limit(c.pool.pool_timeout)),
    opt("max_idle", NUMBER, |c, v| put(&mut c.pool.max_idle, v.parse().ok()), |c| c.pool.max_idle.to_string()),
    opt("max_idle_age", SPAN_OR_NONE, |c, v| put(&mut c.pool.max_idle_age, parse_limit(v)), |c| show_limit(c.pool.max_idle_age)),
    opt("max_lifetime", SPAN_OR_NONE, |c, v| put(&mut c.pool.max_lifetime, parse_limit(v)), |c| show_limit(c.pool.max_lifetime)),
    opt("shared_connections", "a whole number above 0", |c, v| put(&mut c.share.connections, above_zero(v)), |c| c.share.connections.to_string()),
    opt("max_queued", NUMBER, |c, v| put(&mut c.share.max_queued, v.parse().ok()), |c| c.share.max_queued.to_string()),
    opt("yielding", "auto, always or never", |c, v| put(&mut c.share.yielding, parse_yielding(v)), |c| show_yielding(c.share.yielding).to_owned()),
    opt("verify_order", SWITCH, |c, v| put(&mut c.share.verify_order, parse_switch(v)), |c| show_switch(c.share.verify_order)),
    opt("retries", NUMBER, |c, v| put(&mut c.retry.retries, v.parse().ok()), |c| c.retry.retries.to_string()),
    opt("retry_base_delay", SPAN, |c, v| put(&mut c.retry.base_delay, parse_span(v)), |c| show_span(c.retry.base_delay)),
    opt("retry_max_delay", SPAN, |c, v| put(&mut c.retry.max_delay, parse_span(v)), |c| show_span(c.retry.max_delay)),
];

impl FromStr for Config {
    type Err = Error;

    /// Reads a URL: `redis://` for TCP, `unix://` for Unix sockets.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), naming the part or the option that is wrong.
    fn from_str(url: &str) -> Result<Config> {
        let url = UriStr::new(url).map_err(|_| {
            wrong(
                "not a URL; special characters, above all in user name and password, must be percent-encoded",
            )
        })?;
        let scheme = url.scheme_str().to_ascii_lowercase();
        let tcp = match scheme.as_str() {
            "redis" => true,
            "unix" => false,
            "rediss" => return Err(wrong("rediss:// needs TLS, which this version does not have")),
            _ => return Err(wrong(format!("unknown scheme `{scheme}`; redis:// and unix:// are known"))),
        };
        if url.fragment_str().is_some() {
            return Err(wrong("a `#` has no meaning here; as part of a password it is written %23"));
        }
        let authority =
            url.authority_components().ok_or_else(|| wrong("`//` is missing behind the scheme"))?;
        let mut config = Config::default();
        if let Some(userinfo) = authority.userinfo() {
            let (user, password) = match userinfo.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (userinfo, None),
            };
            if !user.is_empty() {
                config.username = Some(decode(user, "user name")?);
            }
            config.password = password
                .filter(|password| !password.is_empty() || !user.is_empty())
                .map(|password| decode_whatwg_bytes(password.as_bytes()).into_bytes().into_owned().into());
        }
        if tcp {
            let rest = [url.path_str(), url.query_str().unwrap_or_default()];
            if rest.iter().any(|part| part.contains('@')) {
                return Err(wrong(
                    "an `@` out of place; within user name and password it is written %40, `/` %2F, `?` %3F",
                ));
            }
            let host = authority.host().trim_start_matches('[').trim_end_matches(']');
            let host = if host.is_empty() { "localhost".to_owned() } else { decode(host, "host")? };
            let port = match authority.port() {
                None | Some("") => DEFAULT_PORT,
                Some(port) => port.parse().map_err(|_| wrong("the port is no number up to 65535"))?,
            };
            config.address = Address::tcp(host, port);
            match url.path_str() {
                "" | "/" => {}
                path => {
                    let db = path.strip_prefix('/').filter(|db| db.bytes().all(|b| b.is_ascii_digit()));
                    config.db = db
                        .and_then(|db| db.parse().ok())
                        .ok_or_else(|| wrong("the path is the number of the database, such as /2"))?;
                }
            }
        } else {
            if !authority.host().is_empty() || authority.port().is_some() {
                return Err(wrong(
                    "a Unix socket has no host: its path follows the third slash, unix:///run/redis.sock",
                ));
            }
            let path = decode(url.path_str(), "path")?;
            if path.len() < 2 {
                return Err(wrong("the path of the socket is missing"));
            }
            config.address = Address::unix(path);
        }
        apply_query(&mut config, url.query_str().unwrap_or_default())?;
        Ok(config)
    }
}

fn apply_query(config: &mut Config, query: &str) -> Result<()> {
    let mut seen = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(option) = OPTIONS.iter().find(|option| option.key == key || option.alias == Some(key))
        else {
            return Err(unknown(key));
        };
        if seen.contains(&option.key) {
            return Err(wrong(format!("option `{}` is given twice", option.key)));
        }
        seen.push(option.key);
        let bad = || wrong(format!("option `{key}` must be {}", option.wanted));
        let value = decode(value, key)?;
        if value.is_empty() {
            return Err(bad());
        }
        (option.set)(config, &value).ok_or_else(bad)?;
    }
    Ok(())
}

/// A key that does not look like one may be the rest of a password that was not encoded.
fn unknown(key: &str) -> Error {
    if ["username", "user", "password"].contains(&key) {
        return wrong(format!(
            "`{key}` is no option: credentials stand before the host, redis://user:password@host"
        ));
    }
    if key.len() <= 32 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        wrong(format!("unknown option `{key}`"))
    } else {
        wrong("unknown option")
    }
}

fn wrong(text: impl fmt::Display) -> Error {
    Error::config(format!("invalid URL: {text}"))
}

fn decode(part: &str, name: &str) -> Result<String> {
    decode_whatwg_bytes(part.as_bytes()).into_string().map_err(|_| wrong(format!("`{name}` is not UTF-8")))
}

impl fmt::Display for Config {
    /// The URL that makes this configuration, but for the password and for what a URL cannot say (connector, hook).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = |f: &mut fmt::Formatter<'_>| match &self.username {
            Some(user) => write!(f, "{}@", PercentEncodedForUri::unreserve(user)),
            None => Ok(()),
        };
        let mut in_path = false;
        match &self.address {
            Address::Tcp { host, port } => {
                f.write_str("redis://")?;
                user(f)?;
                if host.contains(':') {
                    write!(f, "[{host}]:{port}")?;
                } else {
                    write!(f, "{}:{port}", PercentEncodedForUri::unreserve(host))?;
                }
                in_path = true;
                if self.db != 0 {
                    write!(f, "/{}", self.db)?;
                }
            }
            Address::Unix { path } => {
                f.write_str("unix://")?;
                user(f)?;
                write!(f, "{}", PercentEncodedForUri::from_path(path.to_string_lossy()))?;
            }
            Address::Other { name } => write!(f, "{}", PercentEncodedForUri::unreserve(name))?,
        }
        let default = Config::default();
        let mut separator = '?';
        for option in OPTIONS.iter().filter(|option| !(in_path && option.key == "db")) {
            let value = (option.get)(self);
            if value != (option.get)(&default) {
                write!(f, "{separator}{}={}", option.key, PercentEncodedForUri::unreserve(&value))?;
                separator = '&';
            }
        }
        Ok(())
    }
}

fn put<T>(place: &mut T, value: Option<T>) -> Option<()> {
    *place = value?;
    Some(())
}

fn above_zero(value: &str) -> Option<usize> {
    value.parse().ok().filter(|number| *number > 0)
}

fn parse_switch(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "y" | "yes" | "on" => Some(true),
        "0" | "f" | "false" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn show_switch(on: bool) -> String {
    if on { "yes" } else { "no" }.to_owned()
}

fn parse_protocol(value: &str) -> Option<ProtocolChoice> {
    match value {
        "auto" => Some(ProtocolChoice::Auto),
        "2" => Some(ProtocolChoice::Resp2),
        "3" => Some(ProtocolChoice::Resp3),
        _ => None,
    }
}

fn show_protocol(protocol: ProtocolChoice) -> &'static str {
    match protocol {
        ProtocolChoice::Auto => "auto",
        ProtocolChoice::Resp2 => "2",
        ProtocolChoice::Resp3 => "3",
    }
}

fn parse_yielding(value: &str) -> Option<Yielding> {
    match value {
        "auto" => Some(Yielding::Auto),
        "always" => Some(Yielding::Always),
        "never" => Some(Yielding::Never),
        _ => None,
    }
}

fn show_yielding(yielding: Yielding) -> &'static str {
    match yielding {
        Yielding::Auto => "auto",
        Yielding::Always => "always",
        Yielding::Never => "never",
    }
}

fn parse_span(value: &str) -> Option<Duration> {
    let units = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0)];
    let (number, unit) = units
        .iter()
        .find_map(|(unit, seconds)| Some((value.strip_suffix(unit)?, *seconds)))
        .unwrap_or((value, 1.0));
    if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    // Through whole microseconds: 0.3 is no binary fraction, and what is printed is to be read back as the same.
    let micros = (number.parse::<f64>().ok()? * unit * 1e6).round();
    (micros <= u64::MAX as f64).then(|| Duration::from_micros(micros as u64))
}

fn show_span(span: Duration) -> String {
    if span.subsec_nanos() == 0 {
        format!("{}s", span.as_secs())
    } else if span.subsec_micros().is_multiple_of(1000) {
        format!("{}ms", span.as_millis())
    } else {
        format!("{}us", span.as_micros())
    }
}

fn parse_limit(value: &str) -> Option<Option<Duration>> {
    if value == "none" { Some(None) } else { parse_span(value).map(Some) }
}

fn show_limit(limit: Option<Duration>) -> String {
    limit.map_or_else(|| "none".to_owned(), show_span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Config {
        url.parse().unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[track_caller]
    fn refused(url: &str, text: &str) {
        let error = url.parse::<Config>().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert_eq!(error.to_string(), format!("invalid URL: {text}"), "{url}");
    }

    fn password(url: &str) -> Option<Vec<u8>> {
        parse(url).password.map(|password| password.reveal().to_vec())
    }

    #[test]
    fn hosts_and_ports() {
        for (url, address) in [
            ("redis://localhost", Address::tcp("localhost", 6379)),
            ("redis://", Address::tcp("localhost", 6379)),
            ("redis://:6380", Address::tcp("localhost", 6380)),
            ("REDIS://myhost:6380", Address::tcp("myhost", 6380)),
            ("redis://10.0.0.5:", Address::tcp("10.0.0.5", 6379)),
            ("redis://[::1]", Address::tcp("::1", 6379)),
            ("redis://[2001:db8::7]:6380/1", Address::tcp("2001:db8::7", 6380)),
            ("redis://my%20%2F%20host%20+%2B%3D", Address::tcp("my / host ++=", 6379)),
            ("unix:///run/redis.sock", Address::unix("/run/redis.sock")),
            ("unix:///my%20%2F%2B%3D%24+/sock", Address::unix("/my /+=$+/sock")),
            ("unix:///run/a@b", Address::unix("/run/a@b")),
        ] {
            assert_eq!(parse(url).address, address, "{url}");
        }
    }

    #[test]
    fn f173_credentials_are_decoded_once_and_stand_before_the_host() {
        let config = parse("redis://us%40er:p%2Fw%25%32%35+%00%FF@host");
        assert_eq!(config.username.as_deref(), Some("us@er"));
        assert_eq!(config.password.unwrap().reveal(), b"p/w%25+\0\xff");
        assert_eq!(password("redis://:pw@host").as_deref(), Some(&b"pw"[..]));
        assert_eq!(parse("redis://:pw@host").username, None);
        assert_eq!(password("redis://:a:b@host").as_deref(), Some(&b"a:b"[..]));
        assert_eq!(password("unix://user:pw@/run/redis.sock").as_deref(), Some(&b"pw"[..]));
        assert_eq!((password("redis://host"), password("redis://:@host")), (None, None));
        // A user whose password is empty is a user.
        assert_eq!(password("redis://user:@host").as_deref(), Some(&b""[..]));
        for key in ["username", "user", "password"] {
            refused(
                &format!("redis://host?{key}=x"),
                &format!(
                    "`{key}` is no option: credentials stand before the host, redis://user:password@host"
                ),
            );
        }
    }

    #[test]
    fn a_user_without_a_password_is_told_how_to_write_one() {
        let error = parse("redis://pw@host").validate().unwrap_err();
        assert!(error.to_string().contains("redis://:password@host"), "{error}");
        assert!(parse("redis://user@host").with_password("pw").validate().is_ok());
    }

    #[test]
    fn the_database_stands_in_the_path_or_in_the_query_which_wins() {
        for (url, db) in [
            ("redis://host", 0),
            ("redis://host/", 0),
            ("redis://host/2", 2),
            ("redis://host?db=3", 3),
            ("redis://host/2?db=3", 3),
            ("unix:///sock?db=2", 2),
        ] {
            assert_eq!(parse(url).db, db, "{url}");
        }
        for path in ["/1/2", "/-1", "/+1", "/x", "//1", "/99999999999"] {
            refused(&format!("redis://host{path}"), "the path is the number of the database, such as /2");
        }
    }

    #[test]
    fn each_option_is_read_printed_and_read_again() {
        let url = "redis://user@host:6380/2?client_name=me&protocol=3&client_info=no&connect_timeout=250ms&timeout=none\
            &nodelay=no&keepalive=20s&keepalive_interval=2s&keepalive_retries=5&user_timeout=none&max_depth=9\
            &max_bulk_len=1000&max_elements=1001&max_line_len=1002&max_reply_len=1003&max_connections=7&max_dials=3\
            &pool_timeout=0s&max_idle=4&max_idle_age=60s&max_lifetime=3600s&shared_connections=2&max_queued=5000&yielding=never&verify_order=yes\
            &retries=1&retry_base_delay=1500us&retry_max_delay=2s";
        let config = parse(url);
        assert_eq!(config.to_string(), url);
        assert_eq!(parse(&config.to_string()).to_string(), url);
        let keys: Vec<_> = OPTIONS.iter().map(|option| option.key).filter(|key| *key != "db").collect();
        assert!(keys.iter().all(|key| url.contains(&format!("{key}="))), "{keys:?}");
        assert_eq!((config.protocol, config.share.yielding), (ProtocolChoice::Resp3, Yielding::Never));
        assert_eq!((config.timeout, config.connect_timeout), (None, Some(Duration::from_millis(250))));
        assert_eq!((config.pool.max_connections, config.pool.pool_timeout), (7, Some(Duration::ZERO)));
        assert_eq!(config.retry.base_delay, Duration::from_micros(1500));
        assert_eq!((config.limits.max_depth, config.tcp.keepalive_retries), (9, 5));
        assert_eq!(parse("unix:///a%20b?db=5").to_string(), "unix:///a%20b?db=5");
        assert_eq!(parse("redis://[::1]").to_string(), "redis://[::1]:6379");
        assert_eq!(Config::default().to_string(), "redis://localhost:6379");
    }

    #[test]
    fn times_and_switches() {
        for (value, time) in [
            ("5", Duration::from_secs(5)),
            ("5.25", Duration::from_millis(5250)),
            ("0.3", Duration::from_millis(300)),
            ("300ms", Duration::from_millis(300)),
            ("1.5s", Duration::from_millis(1500)),
            ("2m", Duration::from_secs(120)),
            ("7us", Duration::from_micros(7)),
        ] {
            assert_eq!(parse(&format!("redis://h?socket_timeout={value}")).timeout, Some(time), "{value}");
            let printed = show_span(time);
            assert_eq!(parse_span(&printed), Some(time), "{printed}");
        }
        for value in ["", "x", "-1", "inf", "nan", "1e400", "5 s", "1h", ".", "none "] {
            let encoded = value.replace(' ', "%20");
            refused(
                &format!("redis://h?timeout={encoded}"),
                &format!("option `timeout` must be {SPAN_OR_NONE}"),
            );
        }
        for (values, on) in
            [(["1", "T", "true", "Y", "yes", "on"], true), (["0", "F", "False", "n", "No", "off"], false)]
        {
            for value in values {
                assert_eq!(parse(&format!("redis://h?nodelay={value}")).tcp.nodelay, on, "{value}");
            }
        }
        refused("redis://h?nodelay=maybe", "option `nodelay` must be yes or no");
    }

    #[test]
    fn mistakes_are_named() {
        refused("redis://h?tiemout=1", "unknown option `tiemout`");
        refused("redis://h?decode_responses=1", "unknown option `decode_responses`");
        refused("redis://h?timeout=1&socket_timeout=2", "option `timeout` is given twice");
        refused("redis://h?max_connections=0", "option `max_connections` must be a whole number above 0");
        refused("redis://h?max_connections=-1", "option `max_connections` must be a whole number above 0");
        refused("redis://h?db=x", "option `db` must be a whole number");
        refused("redis://h?protocol=4", "option `protocol` must be auto, 2 or 3");
        refused("redis://h?db", "option `db` must be a whole number");
        refused(
            "redis://h:x",
            "not a URL; special characters, above all in user name and password, must be percent-encoded",
        );
        refused("redis://h:65536", "the port is no number up to 65535");
        refused("http://h", "unknown scheme `http`; redis:// and unix:// are known");
        refused("rediss://h", "rediss:// needs TLS, which this version does not have");
        refused("redis:h", "`//` is missing behind the scheme");
        refused(
            "unix://sock/path",
            "a Unix socket has no host: its path follows the third slash, unix:///run/redis.sock",
        );
        refused("unix://", "the path of the socket is missing");
        refused("redis://h#x", "a `#` has no meaning here; as part of a password it is written %23");
        refused("redis://%FF:pw@h", "`user name` is not UTF-8");
    }
}
