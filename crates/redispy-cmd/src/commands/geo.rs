//! Geo indexes: sorted sets whose members have positions on the earth. Longitude comes before latitude everywhere.

mod search;

use crate::arg::{ToArg, ToArgs, ToPlaces};
use crate::cmd::{Cmd, Mark, Request};
use crate::execute::{Execute, IntoCmd};
use crate::replies::GeoPosition;
use crate::reply::FromReply;
use crate::spec;

pub use search::*;

/// The geo commands, on everything that takes commands. A key that does not exist counts as an empty index; one that holds
/// something else is an error with the code `WRONGTYPE`.
pub trait GeoCommands: Execute {
    /// Adds members with their positions, or moves those that are there. The reply is how many were added. Conditions are
    /// options of [`cmd::geoadd`](geoadd()).
    ///
    /// `GEOADD key longitude latitude member [longitude latitude member ...]`. Since Redis 3.2.0. O(log(N)) for each
    /// member.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GeoCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let towns = [(13.361389, 38.115556, "Palermo"), (15.087269, 37.502669, "Catania")];
    /// let added = r.geoadd("towns", towns)?;
    /// # Ok(()) }
    /// ```
    fn geoadd(self, key: impl ToArg, places: impl ToPlaces) -> Self::Output<i64> {
        self.run(geoadd(key, places))
    }

    /// How far two members are from each other, in metres; `None` when one is missing. Other units are an option of
    /// [`cmd::geodist`](geodist()).
    ///
    /// `GEODIST key member1 member2`. Since Redis 3.2.0. O(1).
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GeoCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let metres: Option<f64> = r.geodist("towns", "Palermo", "Catania")?;
    /// # Ok(()) }
    /// ```
    fn geodist(self, key: impl ToArg, member1: impl ToArg, member2: impl ToArg) -> Self::Output<Option<f64>> {
        self.run(geodist(key, member1, member2))
    }

    /// The positions of members as geohash strings of 11 characters, `None` for those that are missing.
    ///
    /// `GEOHASH key [member [member ...]]`. Since Redis 3.2.0. O(1) for each member.
    fn geohash(self, key: impl ToArg, members: impl ToArgs) -> Self::Output<Vec<Option<String>>> {
        self.run(geohash(key, members))
    }

    /// Where members are, `None` for those that are missing.
    ///
    /// `GEOPOS key [member [member ...]]`. Since Redis 3.2.0. O(1) for each member.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::GeoCommands};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// for town in r.geopos("towns", ["Palermo", "Catania"])?.into_iter().flatten() {
    ///     println!("{} east, {} north", town.longitude, town.latitude);
    /// }
    /// # Ok(()) }
    /// ```
    fn geopos(self, key: impl ToArg, members: impl ToArgs) -> Self::Output<Vec<Option<GeoPosition>>> {
        self.run(geopos(key, members))
    }

    /// The members within a radius of a place. Order, number, distances and keeping the result are options of
    /// [`cmd::georadius`](georadius()). Redis names [`geosearch`](Self::geosearch) as its successor.
    ///
    /// `GEORADIUS key longitude latitude radius <m | km | ft | mi>`. Since Redis 3.2.0, deprecated since Redis 6.2.0.
    /// O(N+log(M)) in the members N within the box around the circle and M in the index.
    fn georadius<T: FromReply>(
        self,
        key: impl ToArg,
        longitude: f64,
        latitude: f64,
        radius: f64,
        unit: GeoUnit,
    ) -> Self::Output<Vec<T>> {
        self.run(georadius(key, longitude, latitude, radius, unit))
    }

    /// The members within a radius of a place, as a command that only reads. Redis names [`geosearch`](Self::geosearch) as
    /// its successor.
    ///
    /// `GEORADIUS_RO key longitude latitude radius <m | km | ft | mi>`. Since Redis 3.2.10, deprecated since Redis 6.2.0.
    /// O(N+log(M)) in the members N within the box around the circle and M in the index.
    fn georadius_ro<T: FromReply>(
        self,
        key: impl ToArg,
        longitude: f64,
        latitude: f64,
        radius: f64,
        unit: GeoUnit,
    ) -> Self::Output<Vec<T>> {
        self.run(georadius_ro(key, longitude, latitude, radius, unit))
    }

    /// The members within a radius of another member, that one included. Order, number, distances and keeping the result
    /// are options of [`cmd::georadiusbymember`](georadiusbymember()). Redis names [`geosearch`](Self::geosearch) as its
    /// successor.
    ///
    /// `GEORADIUSBYMEMBER key member radius <m | km | ft | mi>`. Since Redis 3.2.0, deprecated since Redis 6.2.0.
    /// O(N+log(M)) in the members N within the box around the circle and M in the index.
    fn georadiusbymember<T: FromReply>(
        self,
        key: impl ToArg,
        member: impl ToArg,
        radius: f64,
        unit: GeoUnit,
    ) -> Self::Output<Vec<T>> {
        self.run(georadiusbymember(key, member, radius, unit))
    }

    /// The members within a radius of another member, that one included, as a command that only reads. Redis names
    /// [`geosearch`](Self::geosearch) as its successor.
    ///
    /// `GEORADIUSBYMEMBER_RO key member radius <m | km | ft | mi>`. Since Redis 3.2.10, deprecated since Redis 6.2.0.
    /// O(N+log(M)) in the members N within the box around the circle and M in the index.
    fn georadiusbymember_ro<T: FromReply>(
        self,
        key: impl ToArg,
        member: impl ToArg,
        radius: f64,
        unit: GeoUnit,
    ) -> Self::Output<Vec<T>> {
        self.run(georadiusbymember_ro(key, member, radius, unit))
    }

    /// The members within an area. Order, number, distances and positions are options of [`cmd::geosearch`](geosearch()).
    ///
    /// `GEOSEARCH key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius unit | BYBOX width height unit>`.
    /// Since Redis 6.2.0, `BYPOLYGON` since Valkey 9.0.0. O(N+log(M)) in the members N within the box around the area and M
    /// within the area.
    ///
    /// ```
    /// # use redispy_cmd::{Call, commands::{GeoArea, GeoCommands, GeoFrom, GeoUnit}};
    /// # fn example<C: Call>(r: &C) -> Result<(), C::Error> {
    /// let area = GeoArea::by_radius(GeoFrom::lonlat(15.0, 37.0), 100.0, GeoUnit::Kilometers);
    /// let near: Vec<String> = r.geosearch("towns", area)?;
    /// # Ok(()) }
    /// ```
    fn geosearch<T: FromReply>(self, key: impl ToArg, area: GeoArea) -> Self::Output<Vec<T>> {
        self.run(geosearch(key, area))
    }

    /// Keeps the members within an area of one index under another key, in place of what that held. The reply is how many
    /// they are. Options are on [`cmd::geosearchstore`](geosearchstore()).
    ///
    /// `GEOSEARCHSTORE destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius unit | BYBOX width height unit>`.
    /// Since Redis 6.2.0, `BYPOLYGON` since Valkey 9.0.0. O(N+log(M)) in the members N within the box around the area and M
    /// within the area.
    fn geosearchstore(self, destination: impl ToArg, source: impl ToArg, area: GeoArea) -> Self::Output<i64> {
        self.run(geosearchstore(destination, source, area))
    }
}

impl<E: Execute> GeoCommands for E {}

/// `GEOADD key longitude latitude member [longitude latitude member ...]` with its options ([`Geoadd`]): see
/// [`GeoCommands::geoadd`].
///
/// ```
/// # use redispy_cmd::{IntoCmd, commands as cmd};
/// let moved = cmd::geoadd("cars", (13.361389, 38.115556, "car:7")).xx().ch().into_cmd();
/// let words = moved.request().iter().collect::<Vec<_>>().join(&b' ');
/// assert_eq!(words, b"GEOADD cars XX CH 13.361389 38.115556 car:7");
/// ```
pub fn geoadd(key: impl ToArg, places: impl ToPlaces) -> Geoadd {
    let mut request = Request::new(&spec::GEOADD);
    request.arg(key);
    let (mark, before) = (request.mark(), request.count());
    places.write_places(&mut request);
    if request.count() == before {
        request.refuse("places", "at least one");
    }
    Geoadd { request, mark, condition: None, ch: false }
}

/// `GEODIST key member1 member2` with its options ([`Geodist`]): see [`GeoCommands::geodist`].
pub fn geodist(key: impl ToArg, member1: impl ToArg, member2: impl ToArg) -> Geodist {
    let mut request = Request::new(&spec::GEODIST);
    request.args((key, member1, member2));
    Geodist { request, unit: None }
}

/// `GEOHASH key [member [member ...]]`: see [`GeoCommands::geohash`].
pub fn geohash(key: impl ToArg, members: impl ToArgs) -> Cmd<Vec<Option<String>>> {
    Cmd::new(&spec::GEOHASH, Vec::from_reply).arg(key).arg(members)
}

/// `GEOPOS key [member [member ...]]`: see [`GeoCommands::geopos`].
pub fn geopos(key: impl ToArg, members: impl ToArgs) -> Cmd<Vec<Option<GeoPosition>>> {
    Cmd::new(&spec::GEOPOS, Vec::from_reply).arg(key).arg(members)
}

/// `GEOADD` with its options; [`geoadd()`] makes it.
///
/// The reply is how many members were added, or with [`ch`](Self::ch) how many were added or moved.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Geoadd {
    request: Request,
    /// Where the options go: before the places.
    mark: Mark,
    condition: Option<&'static str>,
    ch: bool,
}

impl Geoadd {
    /// `NX`: only members that are not there yet. Since Redis 6.2.0.
    pub fn nx(mut self) -> Self {
        self.condition = Some("NX");
        self
    }

    /// `XX`: only members that are there already. Since Redis 6.2.0.
    pub fn xx(mut self) -> Self {
        self.condition = Some("XX");
        self
    }

    /// `CH`: counts members that moved, too. Since Redis 6.2.0.
    pub fn ch(mut self) -> Self {
        self.ch = true;
        self
    }
}

impl IntoCmd for Geoadd {
    type Reply = i64;

    fn into_cmd(mut self) -> Cmd<i64> {
        let (condition, ch) = (self.condition, self.ch);
        self.request.insert(self.mark, |request| {
            if let Some(condition) = condition {
                request.arg(condition);
            }
            if ch {
                request.arg("CH");
            }
        });
        Cmd::from_request(self.request, i64::from_reply)
    }
}

/// `GEODIST` with its options; [`geodist()`] makes it.
#[derive(Debug, Clone)]
#[must_use = "a command does nothing until it is run: `client.run(command)`"]
pub struct Geodist {
    request: Request,
    unit: Option<GeoUnit>,
}

impl Geodist {
    /// `m | km | ft | mi`: in this unit rather than in metres.
    pub fn unit(mut self, unit: GeoUnit) -> Self {
        self.unit = Some(unit);
        self
    }
}

impl IntoCmd for Geodist {
    type Reply = Option<f64>;

    fn into_cmd(mut self) -> Cmd<Option<f64>> {
        if let Some(unit) = self.unit {
            self.request.arg(unit);
        }
        Cmd::from_request(self.request, Option::from_reply)
    }
}
