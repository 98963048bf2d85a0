//! What geo commands answer.

use resp_proto::{Kind, Node};

use crate::cmd::Request;
use crate::reply::{FromReply, ReplyError};

/// A place on the earth: an element of the reply of `GEOPOS`, and an argument of the commands that search around a place.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct GeoPosition {
    /// The longitude in degrees, from -180 to 180, east being positive.
    pub longitude: f64,
    /// The latitude in degrees, from -85.05112878 to 85.05112878, north being positive.
    pub latitude: f64,
}

impl GeoPosition {
    /// The place of this longitude and this latitude, in degrees.
    pub const fn new(longitude: f64, latitude: f64) -> Self {
        GeoPosition { longitude, latitude }
    }

    /// Appends longitude and latitude; NaN is refused.
    pub(crate) fn write(self, request: &mut Request) {
        for (name, degrees) in [("longitude", self.longitude), ("latitude", self.latitude)] {
            if degrees.is_nan() {
                request.refuse(name, "a number of degrees, not NaN");
            }
            request.arg(degrees);
        }
    }
}

/// `(longitude, latitude)`.
impl From<(f64, f64)> for GeoPosition {
    fn from((longitude, latitude): (f64, f64)) -> Self {
        GeoPosition { longitude, latitude }
    }
}

impl FromReply for GeoPosition {
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        <(f64, f64)>::from_reply(node).map(Self::from)
    }
}

/// A member that `GEOSEARCH` or `GEORADIUS` found, with what was asked for beside it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GeoMatch<T> {
    /// The member.
    pub member: T,
    /// How far it is from the centre, in the unit of the search; in metres for a polygon. Asked for by `WITHDIST`.
    pub distance: Option<f64>,
    /// The 52 bits of its position as the server keeps them, the score of the sorted set. Asked for by `WITHHASH`.
    pub hash: Option<i64>,
    /// Where it is. Asked for by `WITHCOORD`.
    pub position: Option<GeoPosition>,
}

impl<T: FromReply> FromReply for GeoMatch<T> {
    /// The parts tell by their kinds what they are: a distance is a string, a hash an integer, a position an array.
    fn from_reply(node: Node<'_>) -> Result<Self, ReplyError> {
        let unfit = ReplyError::unexpected("an array of a member and what was asked for", &node);
        let mut parts = node.into_items().ok_or_else(|| unfit.clone())?;
        let member = T::from_reply(parts.next().ok_or(unfit)?).map_err(|error| error.in_element(0))?;
        let mut found = GeoMatch { member, distance: None, hash: None, position: None };
        for (index, part) in parts.enumerate() {
            let read = match part.kind() {
                Kind::Integer => i64::from_reply(part).map(|hash| found.hash = Some(hash)),
                _ if part.is_aggregate() => {
                    GeoPosition::from_reply(part).map(|position| found.position = Some(position))
                }
                _ => f64::from_reply(part).map(|distance| found.distance = Some(distance)),
            };
            read.map_err(|error| error.in_element(index + 1))?;
        }
        Ok(found)
    }
}
