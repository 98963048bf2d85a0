//! Searching a geo index: what is within an area.

use resp_proto::Node;

use crate::arg::{Arg, Number, ToArg, each};
use crate::cmd::{Cmd, Reader, Request, Words};
use crate::execute::IntoCmd;
use crate::replies::{GeoMatch, GeoPosition};
use crate::reply::{FromReply, ReplyError};
use crate::spec::{self, Spec};

/// `GEORADIUS key longitude latitude radius <m | km | ft | mi>` with its options ([`Geosearch`]): see
/// [`GeoCommands::georadius`](super::GeoCommands::georadius).
pub fn georadius<T: FromReply>(
    key: impl ToArg,
    longitude: f64,
    latitude: f64,
    radius: f64,
    unit: GeoUnit,
) -> Geosearch<T, true> {
    Geosearch::around(&spec::GEORADIUS, key, GeoPosition::new(longitude, latitude), radius, unit)
}

/// `GEORADIUS_RO key longitude latitude radius <m | km | ft | mi>` with its options ([`Geosearch`]): see
/// [`GeoCommands::georadius_ro`](super::GeoCommands::georadius_ro).
pub fn georadius_ro<T: FromReply>(
    key: impl ToArg,
    longitude: f64,
    latitude: f64,
    radius: f64,
    unit: GeoUnit,
) -> Geosearch<T> {
    Geosearch::around(&spec::GEORADIUS_RO, key, GeoPosition::new(longitude, latitude), radius, unit)
}

/// `GEORADIUSBYMEMBER key member radius <m | km | ft | mi>` with its options ([`Geosearch`]): see
/// [`GeoCommands::georadiusbymember`](super::GeoCommands::georadiusbymember).
pub fn georadiusbymember<T: FromReply>(
    key: impl ToArg,
    member: impl ToArg,
    radius: f64,
    unit: GeoUnit,
) -> Geosearch<T, true> {
    Geosearch::around_member(&spec::GEORADIUSBYMEMBER, key, member, radius, unit)
}

/// `GEORADIUSBYMEMBER_RO key member radius <m | km | ft | mi>` with its options ([`Geosearch`]): see
/// [`GeoCommands::georadiusbymember_ro`](super::GeoCommands::georadiusbymember_ro).
pub fn georadiusbymember_ro<T: FromReply>(
    key: impl ToArg,
    member: impl ToArg,
    radius: f64,
    unit: GeoUnit,
) -> Geosearch<T> {
    Geosearch::around_member(&spec::GEORADIUSBYMEMBER_RO, key, member, radius, unit)
}

/// `GEOSEARCH key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius unit | BYBOX width height unit>`
/// with its options ([`Geosearch`]): see [`GeoCommands::geosearch`](super::GeoCommands::geosearch).
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands::{self as cmd, GeoArea, GeoFrom, GeoUnit}};
/// // The ten shops next to a place, each with its distance in kilometres.
/// let area = GeoArea::by_radius(GeoFrom::lonlat(15.0, 37.0), 200.0, GeoUnit::Kilometers);
/// let cmd = cmd::geosearch::<String>("shops", area).asc().count(10).withdist().into_cmd();
/// let words = cmd.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"GEOSEARCH shops FROMLONLAT 15 37 BYRADIUS 200 km ASC COUNT 10 WITHDIST");
/// ```
pub fn geosearch<T: FromReply>(key: impl ToArg, area: GeoArea) -> Geosearch<T> {
    let mut request = Request::new(&spec::GEOSEARCH);
    request.arg(key);
    request.append(&area.0);
    Geosearch::of(request)
}

/// `GEOSEARCHSTORE destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius unit | BYBOX width height unit>`
/// with its options ([`Geosearchstore`]): see [`GeoCommands::geosearchstore`](super::GeoCommands::geosearchstore).
pub fn geosearchstore(destination: impl ToArg, source: impl ToArg, area: GeoArea) -> Geosearchstore {
    let mut request = Request::new(&spec::GEOSEARCHSTORE);
    request.args((destination, source));
    request.append(&area.0);
    Geosearchstore { request, choice: Choice::default(), storedist: false }
}

/// A unit of distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum GeoUnit {
    /// Metres, `m`.
    #[default]
    Meters,
    /// Kilometres, `km`.
    Kilometers,
    /// Feet, `ft`.
    Feet,
    /// Miles, `mi`.
    Miles,
}

impl ToArg for GeoUnit {
    fn write_arg(&self, arg: Arg<'_>) {
        arg.bytes(match self {
            GeoUnit::Meters => b"m",
            GeoUnit::Kilometers => b"km",
            GeoUnit::Feet => b"ft",
            GeoUnit::Miles => b"mi",
        });
    }
}

/// The centre of an area to search: a place, or where a member is.
#[derive(Debug, Clone)]
pub struct GeoFrom(Words);

impl GeoFrom {
    /// `FROMMEMBER member`: where this member is.
    pub fn member(member: impl ToArg) -> Self {
        GeoFrom(Words::of(("FROMMEMBER", member)))
    }

    /// `FROMLONLAT longitude latitude`: this place, in degrees.
    pub fn lonlat(longitude: f64, latitude: f64) -> Self {
        let mut words = Words::of("FROMLONLAT");
        words.write(|request| GeoPosition::new(longitude, latitude).write(request));
        GeoFrom(words)
    }
}

impl From<GeoPosition> for GeoFrom {
    fn from(position: GeoPosition) -> Self {
        GeoFrom::lonlat(position.longitude, position.latitude)
    }
}

/// An area to search: its shape, and for those that have one its centre.
#[derive(Debug, Clone)]
pub struct GeoArea(Words);

impl GeoArea {
    /// `BYRADIUS radius unit`: the circle of this radius.
    pub fn by_radius(from: impl Into<GeoFrom>, radius: f64, unit: GeoUnit) -> Self {
        let GeoFrom(mut words) = from.into();
        words.push(("BYRADIUS", Number("radius", radius), unit));
        GeoArea(words)
    }

    /// `BYBOX width height unit`: the rectangle of this width (west to east) and this height (south to north), its sides
    /// along the axes.
    pub fn by_box(from: impl Into<GeoFrom>, width: f64, height: f64, unit: GeoUnit) -> Self {
        let GeoFrom(mut words) = from.into();
        words.push(("BYBOX", Number("width", width), Number("height", height), unit));
        GeoArea(words)
    }

    /// `BYPOLYGON num-vertices longitude latitude ...`: the polygon of these vertices, at least three. The last is joined
    /// to the first. Since Valkey 9.0.0, not in Redis.
    pub fn by_polygon<V: Into<GeoPosition>>(vertices: impl IntoIterator<Item = V>) -> Self {
        let vertices: Vec<GeoPosition> = vertices.into_iter().map(Into::into).collect();
        let mut words = Words::of(("BYPOLYGON", vertices.len()));
        words.write(|request| {
            if vertices.len() < 3 {
                request.refuse("vertices", "at least three");
            }
            vertices.iter().for_each(|vertex| vertex.write(request));
        });
        GeoArea(words)
    }
}

/// Which of the members in an area, and in what order.
#[derive(Debug, Clone, Copy, Default)]
struct Choice {
    order: Option<&'static str>,
    count: Option<(i64, bool)>,
}

impl Choice {
    fn write(self, request: &mut Request) {
        if let Some(order) = self.order {
            request.arg(order);
        }
        if let Some((count, any)) = self.count {
            request.args(("COUNT", count));
            if any {
                request.arg("ANY");
            }
        }
    }
}

/// `GEORADIUS`, `GEORADIUS_RO`, `GEORADIUSBYMEMBER`, `GEORADIUSBYMEMBER_RO` or `GEOSEARCH` with its options;
/// [`georadius()`], [`georadius_ro()`], [`georadiusbymember()`], [`georadiusbymember_ro()`] and [`geosearch()`] make it.
///
/// `STORES` marks those whose members can be kept under another key instead.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Geosearch<T, const STORES: bool = false> {
    request: Request,
    read: Reader<Vec<T>>,
    read_matches: Reader<Vec<GeoMatch<T>>>,
    choice: Choice,
}

impl<T: FromReply, const STORES: bool> Geosearch<T, STORES> {
    fn of(request: Request) -> Self {
        let (read, read_matches) = (Vec::from_reply, Vec::from_reply);
        Geosearch { request, read, read_matches, choice: Choice::default() }
    }

    fn around(spec: &'static Spec, key: impl ToArg, place: GeoPosition, radius: f64, unit: GeoUnit) -> Self {
        let mut request = Request::new(spec);
        request.arg(key);
        place.write(&mut request);
        request.args((Number("radius", radius), unit));
        Geosearch::of(request)
    }

    fn around_member(
        spec: &'static Spec,
        key: impl ToArg,
        member: impl ToArg,
        radius: f64,
        unit: GeoUnit,
    ) -> Self {
        let mut request = Request::new(spec);
        request.args((key, member, Number("radius", radius), unit));
        Geosearch::of(request)
    }
}

impl<T, const STORES: bool> Geosearch<T, STORES> {
    /// `ASC`: the nearest first.
    pub fn asc(mut self) -> Self {
        self.choice.order = Some("ASC");
        self
    }

    /// `DESC`: the farthest first.
    pub fn desc(mut self) -> Self {
        self.choice.order = Some("DESC");
        self
    }

    /// `COUNT count`: at most this many: those nearest to the centre, unless the order is [`desc`](Self::desc).
    pub fn count(mut self, count: i64) -> Self {
        self.choice.count = Some((count, false));
        self
    }

    /// `COUNT count ANY`: at most this many, whichever are found first. Since Redis 6.2.0.
    pub fn count_any(mut self, count: i64) -> Self {
        self.choice.count = Some((count, true));
        self
    }

    /// `WITHCOORD`: with each member its position.
    pub fn withcoord(self) -> GeosearchWith<T> {
        self.with().withcoord()
    }

    /// `WITHDIST`: with each member its distance from the centre.
    pub fn withdist(self) -> GeosearchWith<T> {
        self.with().withdist()
    }

    /// `WITHHASH`: with each member the 52 bits of its position as the server keeps them.
    pub fn withhash(self) -> GeosearchWith<T> {
        self.with().withhash()
    }

    fn with(mut self) -> GeosearchWith<T> {
        self.choice.write(&mut self.request);
        GeosearchWith {
            request: self.request,
            read: self.read_matches,
            coord: false,
            dist: false,
            hash: false,
        }
    }
}

impl<T> Geosearch<T, true> {
    /// `STORE key`: answers with how many members there are, and keeps them under this key, replacing what it holds.
    pub fn store(self, destination: impl ToArg) -> Cmd<i64> {
        self.store_as("STORE", destination)
    }

    /// `STOREDIST key`: answers with how many members there are, and keeps them under this key with their distances from
    /// the centre for scores, in the unit of the search, replacing what it holds.
    pub fn storedist(self, destination: impl ToArg) -> Cmd<i64> {
        self.store_as("STOREDIST", destination)
    }

    fn store_as(mut self, word: &'static str, destination: impl ToArg) -> Cmd<i64> {
        self.choice.write(&mut self.request);
        self.request.args((word, destination));
        Cmd::from_request(self.request, stored)
    }
}

impl<T, const STORES: bool> IntoCmd for Geosearch<T, STORES> {
    type Reply = Vec<T>;

    fn into_cmd(mut self) -> Cmd<Vec<T>> {
        self.choice.write(&mut self.request);
        Cmd::from_request(self.request, self.read)
    }
}

/// A [`Geosearch`] that answers with more than the members.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct GeosearchWith<T> {
    request: Request,
    read: Reader<Vec<GeoMatch<T>>>,
    coord: bool,
    dist: bool,
    hash: bool,
}

impl<T> GeosearchWith<T> {
    /// `WITHCOORD`: with each member its position.
    pub fn withcoord(mut self) -> Self {
        self.coord = true;
        self
    }

    /// `WITHDIST`: with each member its distance from the centre, in the unit of the search; in metres for a polygon.
    pub fn withdist(mut self) -> Self {
        self.dist = true;
        self
    }

    /// `WITHHASH`: with each member the 52 bits of its position as the server keeps them.
    pub fn withhash(mut self) -> Self {
        self.hash = true;
        self
    }
}

impl<T> IntoCmd for GeosearchWith<T> {
    type Reply = Vec<GeoMatch<T>>;

    fn into_cmd(mut self) -> Cmd<Vec<GeoMatch<T>>> {
        let words = [(self.coord, "WITHCOORD"), (self.dist, "WITHDIST"), (self.hash, "WITHHASH")];
        self.request.args(each(words.into_iter().filter(|word| word.0).map(|word| word.1)));
        Cmd::from_request(self.request, self.read)
    }
}

/// `GEOSEARCHSTORE` with its options; [`geosearchstore()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Geosearchstore {
    request: Request,
    choice: Choice,
    storedist: bool,
}

impl Geosearchstore {
    /// `ASC`: the nearest first, for which ones [`count`](Self::count) takes.
    pub fn asc(mut self) -> Self {
        self.choice.order = Some("ASC");
        self
    }

    /// `DESC`: the farthest first, for which ones [`count`](Self::count) takes.
    pub fn desc(mut self) -> Self {
        self.choice.order = Some("DESC");
        self
    }

    /// `COUNT count`: at most this many: those nearest to the centre, unless the order is [`desc`](Self::desc).
    pub fn count(mut self, count: i64) -> Self {
        self.choice.count = Some((count, false));
        self
    }

    /// `COUNT count ANY`: at most this many, whichever are found first.
    pub fn count_any(mut self, count: i64) -> Self {
        self.choice.count = Some((count, true));
        self
    }

    /// `STOREDIST`: keeps the distances from the centre for scores, in the unit of the search, rather than the positions:
    /// the result is a sorted set of distances, no geo index.
    pub fn storedist(mut self) -> Self {
        self.storedist = true;
        self
    }
}

impl IntoCmd for Geosearchstore {
    type Reply = i64;

    fn into_cmd(mut self) -> Cmd<i64> {
        self.choice.write(&mut self.request);
        if self.storedist {
            self.request.arg("STOREDIST");
        }
        Cmd::from_request(self.request, stored)
    }
}

/// Reads how many members were stored. Where there is nothing to search, Redis 6.2 answers with an empty array.
fn stored(node: Node<'_>) -> Result<i64, ReplyError> {
    let is_none = node.is_aggregate() && node.size_hint() == 0;
    if is_none { Ok(0) } else { i64::from_reply(node) }
}
