//! The geo commands.

use redispy::cmd::{GeoArea, GeoFrom, GeoUnit};
use redispy::prelude::*;
use redispy::replies::GeoPosition;
use redispy::{Client, ErrorKind, Outcome, cmd};

use crate::{assert_unknown, each_protocol, is_since};

const PLACE1: (f64, f64, &str) = (2.1909389952632, 41.433791470673, "place1");
const PLACE2: (f64, f64, &str) = (2.1873744593677, 41.406342043777, "place2");

fn two_places(r: &Client) {
    assert_eq!(r.geoadd("g", [PLACE1, PLACE2]).unwrap(), 2);
}

/// Whether two numbers are the same but for the last digits, which servers print differently.
fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn places_are_added() {
    each_protocol(|r| {
        assert_eq!(r.geoadd("g", [PLACE1, PLACE2]).unwrap(), 2);
        assert_eq!(r.geoadd("g", PLACE1).unwrap(), 0);
        assert_eq!(r.zcard("g").unwrap(), 2);
    });
}

#[test]
fn no_places_are_not_sent() {
    each_protocol(|r| {
        let none: [(f64, f64, &str); 0] = [];
        let error = r.geoadd("g", none).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Argument, Outcome::NotSent));
        assert!(error.to_string().contains("`places`"), "{error}");
    });
}

#[test]
fn distances_between_members() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.geodist("g", "place1", "place2").unwrap(), Some(3067.4157));
    });
}

#[test]
fn distances_in_each_unit() {
    each_protocol(|r| {
        two_places(r);
        let dist = |unit| r.run(cmd::geodist("g", "place1", "place2").unit(unit)).unwrap();
        assert_eq!(dist(GeoUnit::Meters), Some(3067.4157));
        assert_eq!(dist(GeoUnit::Kilometers), Some(3.0674));
        assert_eq!(dist(GeoUnit::Miles), Some(1.906));
        assert_eq!(dist(GeoUnit::Feet), Some(10063.6998));
    });
}

#[test]
fn missing_members_have_no_distance() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.geodist("g", "place1", "none").unwrap(), None);
        assert_eq!(r.geodist("none", "place1", "place2").unwrap(), None);
    });
}

#[test]
fn hashes_of_places() {
    each_protocol(|r| {
        two_places(r);
        let hashes = r.geohash("g", ("place1", "place2")).unwrap();
        assert_eq!(hashes, ["sp3e9yg3kd0", "sp3e9cbc3t0"].map(|hash| Some(hash.to_owned())));
    });
}

#[test]
fn missing_members_have_no_hash() {
    each_protocol(|r| {
        two_places(r);
        let hashes = r.geohash("g", ["none", "place2"]).unwrap();
        assert_eq!(hashes, [None, Some("sp3e9cbc3t0".to_owned())]);
        assert_eq!(r.geohash("none", "place1").unwrap(), [None]);
    });
}

#[test]
fn positions_of_places() {
    each_protocol(|r| {
        two_places(r);
        let places = r.geopos("g", ("place1", "place2")).unwrap();
        let (first, second) = (places[0].unwrap(), places[1].unwrap());
        assert!(near(first.longitude, 2.190938293933868) && near(first.latitude, 41.433790281840835));
        assert!(near(second.longitude, 2.187376320362091) && near(second.latitude, 41.40634178640635));
    });
}

#[test]
fn missing_members_have_no_position() {
    each_protocol(|r| {
        two_places(r);
        let places = r.geopos("g", ["none", "place2"]).unwrap();
        assert!(places[0].is_none() && places[1].is_some());
        assert_eq!(r.geopos("none", "place1").unwrap(), [None]);
    });
}

#[test]
fn conditions_of_adding() {
    each_protocol(|r| {
        two_places(r);
        let moved = (2.0, 41.0, "place1");
        assert_eq!(r.run(cmd::geoadd("g", [moved, (2.0, 41.0, "place3")]).nx()).unwrap(), 1);
        assert_eq!(r.run(cmd::geoadd("g", [moved, (2.0, 41.0, "place4")]).xx().ch()).unwrap(), 1);
        assert_eq!(r.geopos("g", "place4").unwrap(), [None]);
        assert!((r.geopos("g", "place1").unwrap()[0].unwrap().longitude - 2.0).abs() < 1e-5);
        assert_eq!(r.geoadd("g", (200.0, 0.0, "x")).unwrap_err().code(), Some("ERR"));
    });
}

/// What is within so many metres of a point beside the first place.
fn metres(radius: f64) -> cmd::Geosearch<String, true> {
    cmd::georadius("g", 2.191, 41.433, radius, GeoUnit::Meters)
}

#[test]
fn members_within_a_radius() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.run(metres(1000.0)).unwrap(), ["place1"]);
        let read_only = r.georadius_ro::<String>("g", 2.191, 41.433, 1000.0, GeoUnit::Meters);
        assert_eq!(read_only.unwrap(), ["place1"]);
    });
}

#[test]
fn nobody_within_a_radius() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.georadius::<String>("g", 1.0, 2.0, 1000.0, GeoUnit::Meters).unwrap(), [""; 0]);
        let found = r.run(cmd::georadius::<String>("g", 1.0, 2.0, 1.0, GeoUnit::Meters).withdist()).unwrap();
        assert!(found.is_empty());
    });
}

#[test]
fn members_within_a_radius_in_another_unit() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.georadius::<String>("g", 2.191, 41.433, 1.0, GeoUnit::Kilometers).unwrap(), ["place1"]);
    });
}

#[test]
fn members_within_a_radius_with_all_that_is_known_of_them() {
    each_protocol(|r| {
        two_places(r);
        let found = r.run(metres(1000.0).withhash().withcoord().withdist()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].member.as_str(), found[0].distance), ("place1", Some(88.0506)));
        assert_eq!(found[0].hash, Some(3471609698139488));
        let position = found[0].position.unwrap();
        assert!(near(position.longitude, 2.190938293933868) && near(position.latitude, 41.43379028184084));
        let kilometre = cmd::georadius::<String>("g", 2.191, 41.433, 1.0, GeoUnit::Kilometers);
        assert_eq!(r.run(kilometre.withdist()).unwrap()[0].distance, Some(0.0881));
    });
}

#[test]
fn members_within_a_radius_with_some_of_what_is_known() {
    each_protocol(|r| {
        two_places(r);
        let parts = |search: cmd::GeosearchWith<String>| {
            let found = r.run(search).unwrap().remove(0);
            (found.distance.is_some(), found.hash.is_some(), found.position.is_some())
        };
        assert_eq!(parts(metres(1000.0).withdist().withcoord()), (true, false, true));
        assert_eq!(parts(metres(1000.0).withhash().withcoord()), (false, true, true));
        assert_eq!(parts(metres(1000.0).withhash()), (false, true, false));
    });
}

#[test]
fn some_members_within_a_radius() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.run(metres(3000.0).count(1)).unwrap(), ["place1"]);
    });
}

#[test]
fn members_within_a_radius_by_distance() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.run(metres(3000.0).asc()).unwrap(), ["place1", "place2"]);
        assert_eq!(r.run(metres(3000.0).desc()).unwrap(), ["place2", "place1"]);
    });
}

#[test]
fn members_within_a_radius_are_stored() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.run(metres(1000.0).store("kept")).unwrap(), 1);
        assert_eq!(r.zrange::<String>("kept", 0, -1).unwrap(), ["place1"]);
        assert_eq!(r.geopos("kept", "place1").unwrap(), r.geopos("g", "place1").unwrap());
    });
}

#[test]
fn members_within_a_radius_are_stored_with_their_distances() {
    each_protocol(|r| {
        two_places(r);
        assert_eq!(r.run(metres(1000.0).storedist("dists")).unwrap(), 1);
        let score = r.zscore("dists", "place1").unwrap().unwrap();
        // The servers of the matrix differ in the last digits.
        assert!((score - 88.05060698409301).abs() < 1e-5, "{score}");
    });
}

#[test]
fn members_around_a_member() {
    each_protocol(|r| {
        two_places(r);
        let within = |radius| cmd::georadiusbymember::<String>("g", "place1", radius, GeoUnit::Meters);
        assert_eq!(r.run(within(4000.0).asc()).unwrap(), ["place1", "place2"]);
        assert_eq!(r.run(within(10.0)).unwrap(), ["place1"]);
        let only = r.georadiusbymember_ro::<String>("g", "place1", 10.0, GeoUnit::Meters).unwrap();
        assert_eq!(only, ["place1"]);
        assert_eq!(r.georadiusbymember::<String>("g", "place1", 10.0, GeoUnit::Miles).unwrap().len(), 2);
        assert_eq!(r.run(within(4000.0).store("kept")).unwrap(), 2);
    });
}

#[test]
fn members_around_a_member_with_all_that_is_known_of_them() {
    each_protocol(|r| {
        two_places(r);
        let around = cmd::georadiusbymember::<String>("g", "place1", 4000.0, GeoUnit::Meters);
        let found = r.run(around.desc().withdist().withcoord().withhash()).unwrap();
        let known = |place: usize| (found[place].member.as_str(), found[place].distance, found[place].hash);
        assert_eq!(known(0), ("place2", Some(3067.4157), Some(3471609625421029)));
        assert_eq!(known(1), ("place1", Some(0.0), Some(3471609698139488)));
        assert!(near(found[0].position.unwrap().latitude, 41.40634178640635));
    });
}

#[test]
fn members_within_an_area() {
    each_protocol(|r| {
        two_places(r);
        let around = GeoFrom::lonlat(2.191, 41.433);
        let circle = |radius| GeoArea::by_radius(around.clone(), radius, GeoUnit::Kilometers);
        assert_eq!(r.geosearch::<String>("g", circle(1.0)).unwrap(), ["place1"]);
        assert_eq!(r.geosearch::<String>("none", circle(1.0)).unwrap(), [""; 0]);
        let search = |area| cmd::geosearch::<String>("g", area);
        assert_eq!(r.run(search(circle(9.0)).desc()).unwrap(), ["place2", "place1"]);
        assert_eq!(r.run(search(circle(9.0)).count_any(1)).unwrap().len(), 1);
        let tall = GeoArea::by_box(GeoFrom::member("place1"), 1.0, 8.0, GeoUnit::Kilometers);
        assert_eq!(r.run(search(tall).asc()).unwrap(), ["place1", "place2"]);
        let flat = GeoArea::by_box(GeoFrom::member("place1"), 8.0, 1.0, GeoUnit::Kilometers);
        assert_eq!(r.geosearch::<String>("g", flat.clone()).unwrap(), ["place1"]);
        let found = r.run(search(circle(1.0)).withdist().withcoord().withhash()).unwrap();
        assert_eq!((found[0].distance, found[0].hash), (Some(0.0881), Some(3471609698139488)));
        assert!(near(found[0].position.unwrap().latitude, 41.43379028184084));
        let nobody = GeoArea::by_radius(GeoFrom::member("none"), 1.0, GeoUnit::Meters);
        assert_eq!(r.geosearch::<String>("g", nobody).unwrap_err().code(), Some("ERR"));

        assert_eq!(r.geosearchstore("kept", "g", flat).unwrap(), 1);
        assert!(r.geopos("kept", "place1").unwrap()[0].is_some());
        let store = cmd::geosearchstore("dists", "g", circle(9.0)).asc().count(2).storedist();
        assert_eq!(r.run(store).unwrap(), 2);
        let score = cmd("ZSCORE").arg(("dists", "place1")).returns::<f64>();
        assert!((r.run(score).unwrap() - 0.08805).abs() < 0.0001);
    });
}

#[test]
fn members_within_a_polygon() {
    each_protocol(|r| {
        two_places(r);
        let corners = [(2.18, 41.40), (2.20, 41.40), (2.20, 41.41), (2.18, 41.41)].map(GeoPosition::from);
        let found = r.run(cmd::geosearch::<String>("g", GeoArea::by_polygon(corners)).withdist());
        // Redis has no polygons.
        if !is_since((u16::MAX, 0), (9, 0)) {
            return assert_unknown(found);
        }
        let found = found.unwrap();
        assert_eq!((found.len(), found[0].member.as_str()), (1, "place2"));
        assert!(found[0].distance.unwrap() < 1000.0);
        assert_eq!(r.geosearchstore("kept", "g", GeoArea::by_polygon(corners)).unwrap(), 1);
    });
}

#[test]
fn storing_from_nothing_is_no_member() {
    each_protocol(|r| {
        let area = GeoArea::by_radius(GeoFrom::lonlat(2.0, 41.0), 100.0, GeoUnit::Kilometers);
        assert_eq!(r.geosearchstore("d", "none", area).unwrap(), 0);
        let search = || cmd::georadius::<String>("none", 2.0, 41.0, 100.0, GeoUnit::Kilometers);
        assert_eq!(r.run(search().store("d")).unwrap(), 0);
        assert_eq!(r.run(search().storedist("d")).unwrap(), 0);
    });
}
