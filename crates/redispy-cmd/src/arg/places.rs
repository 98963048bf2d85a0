//! Members of a geo index with their positions.

use std::collections::VecDeque;

use super::{Each, ToArg};
use crate::cmd::Request;
use crate::replies::GeoPosition;

/// Members of a geo index with their positions: `(longitude, latitude, member)`, in degrees and in the order of the wire, or
/// `(GeoPosition, member)`.
///
/// One of these, slices, arrays and `Vec` of them, and iterators of them through [`each`](super::each). A degree that is NaN
/// is refused before anything is sent.
///
/// ```
/// use redispy_cmd::replies::GeoPosition;
/// use redispy_cmd::{Request, ToPlaces, spec};
///
/// fn count(places: impl ToPlaces) -> usize {
///     let mut request = Request::new(&spec::GEOADD);
///     places.write_places(&mut request);
///     request.count() - 1
/// }
///
/// assert_eq!(count((13.361389, 38.115556, "Palermo")), 3);
/// assert_eq!(count([(13.361389, 38.115556, "Palermo"), (15.087269, 37.502669, "Catania")]), 6);
/// assert_eq!(count((GeoPosition::new(13.361389, 38.115556), "Palermo")), 3);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of members with positions",
    label = "no members with positions",
    note = "the position comes first, longitude before latitude, each an `f64`: `(13.4, 38.1, \"member\")` or \
            `(GeoPosition, \"member\")`; slices, arrays or `Vec` of these",
    note = "iterators go through `each`: `each(items.iter().map(|x| (x.lon, x.lat, &x.name)))`"
)]
pub trait ToPlaces {
    /// Writes longitude, latitude, member, one place after the other.
    fn write_places(self, request: &mut Request);
}

impl<M: ToArg> ToPlaces for (f64, f64, M) {
    fn write_places(self, request: &mut Request) {
        write(self.0, self.1, self.2, request);
    }
}

impl<M: ToArg> ToPlaces for &(f64, f64, M) {
    fn write_places(self, request: &mut Request) {
        write(self.0, self.1, &self.2, request);
    }
}

impl<M: ToArg> ToPlaces for (GeoPosition, M) {
    fn write_places(self, request: &mut Request) {
        write(self.0.longitude, self.0.latitude, self.1, request);
    }
}

impl<M: ToArg> ToPlaces for &(GeoPosition, M) {
    fn write_places(self, request: &mut Request) {
        write(self.0.longitude, self.0.latitude, &self.1, request);
    }
}

impl<I: IntoIterator<Item: ToPlaces>> ToPlaces for Each<I> {
    fn write_places(self, request: &mut Request) {
        write_each(self.0, request);
    }
}

macro_rules! collections {
    ($([$($generics:tt)*] $type:ty, $item:ty;)*) => {$(
        impl<$($generics)*> ToPlaces for $type
        where
            $item: ToPlaces,
        {
            fn write_places(self, request: &mut Request) {
                write_each(self, request);
            }
        }
    )*};
}

collections! {
    ['a, P] &'a [P], &'a P;
    [P, const N: usize] [P; N], P;
    ['a, P, const N: usize] &'a [P; N], &'a P;
    [P] Vec<P>, P;
    ['a, P] &'a Vec<P>, &'a P;
    [P] VecDeque<P>, P;
    ['a, P] &'a VecDeque<P>, &'a P;
}

fn write_each(places: impl IntoIterator<Item: ToPlaces>, request: &mut Request) {
    for place in places {
        place.write_places(request);
    }
}

fn write(longitude: f64, latitude: f64, member: impl ToArg, request: &mut Request) {
    GeoPosition::new(longitude, latitude).write(request);
    request.arg(member);
}
