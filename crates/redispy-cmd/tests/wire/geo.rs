//! The geo commands.

use std::collections::VecDeque;

use redispy_cmd::arg::each;
use redispy_cmd::commands::{self as cmd, GeoArea, GeoCommands, GeoFrom, GeoUnit, Geosearch};
use redispy_cmd::replies::GeoPosition;
use redispy_cmd::spec::Group;
use redispy_cmd::{IntoCmd, ReplyErrorKind};

use crate::double::{Double, both, not_sent, read, refusal, unfit, wire};

const TWO: &str = "*2\r\n$7\r\nCatania\r\n$7\r\nPalermo\r\n";
const KM: GeoUnit = GeoUnit::Kilometers;

/// What the plain form of each command sends.
const PLAIN: [&str; 10] = [
    "GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania",
    "GEODIST g Palermo Catania",
    "GEOHASH g Palermo x",
    "GEOPOS g Palermo x",
    "GEORADIUS g 15 37 200 km",
    "GEORADIUS_RO g 15 37 200.5 m",
    "GEORADIUSBYMEMBER g Palermo 200 ft",
    "GEORADIUSBYMEMBER_RO g Palermo 200 mi",
    "GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km",
    "GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 400 300 km",
];

fn circle() -> GeoArea {
    GeoArea::by_radius(GeoFrom::lonlat(15.0, 37.0), 200.0, KM)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        ":2\r\n",
        "$11\r\n166274.1516\r\n",
        "*2\r\n$11\r\nsqc8b49rny0\r\n$-1\r\n",
        "*2\r\n*2\r\n$4\r\n13.5\r\n$4\r\n38.1\r\n*-1\r\n",
        TWO,
        TWO,
        TWO,
        "*0\r\n",
        TWO,
        ":2\r\n",
    ]);
    let r = &server;
    let towns = ["Catania", "Palermo"].map(str::to_owned).to_vec();
    let places = [(13.361389, 38.115556, "Palermo"), (15.087269, 37.502669, "Catania")];
    assert_eq!(r.geoadd("g", places), Ok(2));
    assert_eq!(r.geodist("g", "Palermo", "Catania"), Ok(Some(166274.1516)));
    assert_eq!(r.geohash("g", ["Palermo", "x"]), Ok(vec![some("sqc8b49rny0"), None]));
    assert_eq!(r.geopos("g", ("Palermo", "x")), Ok(vec![Some(GeoPosition::new(13.5, 38.1)), None]));
    assert_eq!(r.georadius("g", 15.0, 37.0, 200.0, KM), Ok(towns.clone()));
    assert_eq!(r.georadius_ro("g", 15.0, 37.0, 200.5, GeoUnit::Meters), Ok(towns.clone()));
    assert_eq!(r.georadiusbymember("g", "Palermo", 200.0, GeoUnit::Feet), Ok(towns.clone()));
    assert_eq!(r.georadiusbymember_ro::<String>("g", "Palermo", 200.0, GeoUnit::Miles), Ok(vec![]));
    assert_eq!(r.geosearch("g", circle()), Ok(towns));
    let area = GeoArea::by_box(GeoFrom::member("Palermo"), 400.0, 300.0, KM);
    assert_eq!(r.geosearchstore("d", "g", area), Ok(2));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    assert_eq!(not_sent(Group::Geo, &PLAIN), [""; 0]);
}

#[test]
fn places_are_given_in_many_ways() {
    let wanted = "GEOADD g 1 2 a 3.5 -4 b";
    let list = vec![(1.0, 2.0, "a".to_owned()), (3.5, -4.0, "b".to_owned())];
    assert_eq!(wire(cmd::geoadd("g", &list)), wanted);
    assert_eq!(wire(cmd::geoadd("g", list.as_slice())), wanted);
    assert_eq!(wire(cmd::geoadd("g", each(list.iter().map(|(lon, lat, name)| (*lon, *lat, name))))), wanted);
    assert_eq!(wire(cmd::geoadd("g", list)), wanted);
    let position = GeoPosition::from((1.0, 2.0));
    let two = [(position, "a"), (GeoPosition::new(3.5, -4.0), "b")];
    assert_eq!(wire(cmd::geoadd("g", two)), wanted);
    assert_eq!(wire(cmd::geoadd("g", two.as_slice())), wanted);
    let queue = VecDeque::from(two);
    assert_eq!(wire(cmd::geoadd("g", &queue)), wanted);
    assert_eq!(wire(cmd::geoadd("g", queue)), wanted);
    assert_eq!(wire(cmd::geoadd("g", &(position, "a".to_owned()))), "GEOADD g 1 2 a");
    assert_eq!(wire(cmd::geoadd("g", &(1.0, 2.0, "a".to_owned()))), "GEOADD g 1 2 a");
    assert_eq!(wire(cmd::geoadd("g", [(position, "a")])), "GEOADD g 1 2 a");
    assert_eq!(wire(cmd::geoadd("g", (position, 7))), "GEOADD g 1 2 7");
    assert_eq!(wire(cmd::geoadd("g", (1.0, 2.0, b"a"))), "GEOADD g 1 2 a");
}

#[test]
fn options_of_adding_and_of_distances() {
    let add = || cmd::geoadd("g", (1.0, 2.0, "a"));
    assert_eq!(wire(add().nx()), "GEOADD g NX 1 2 a");
    assert_eq!(wire(add().nx().xx()), "GEOADD g XX 1 2 a");
    assert_eq!(wire(add().ch().xx()), "GEOADD g XX CH 1 2 a");
    assert_eq!(wire(add().ch()), "GEOADD g CH 1 2 a");
    let dist = |unit| wire(cmd::geodist("g", "a", "b").unit(unit));
    assert_eq!(dist(GeoUnit::Meters), "GEODIST g a b m");
    assert_eq!(dist(GeoUnit::Kilometers), "GEODIST g a b km");
    assert_eq!(dist(GeoUnit::Feet), "GEODIST g a b ft");
    assert_eq!(dist(GeoUnit::Miles), "GEODIST g a b mi");
}

#[test]
fn areas_have_their_shapes() {
    let search = |area| wire(cmd::geosearch::<String>("g", area));
    let position = GeoPosition::new(15.0, 37.0);
    assert_eq!(
        search(GeoArea::by_radius(position, 1.5, GeoUnit::Miles)),
        "GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1.5 mi"
    );
    assert_eq!(
        search(GeoArea::by_radius(GeoFrom::member("a b"), 1.0, GeoUnit::Feet)),
        "GEOSEARCH g FROMMEMBER \"a b\" BYRADIUS 1 ft"
    );
    assert_eq!(
        search(GeoArea::by_box(position, 4.0, 3.0, GeoUnit::Meters)),
        "GEOSEARCH g FROMLONLAT 15 37 BYBOX 4 3 m"
    );
    let wanted = "GEOSEARCH g BYPOLYGON 3 1 2 3 4 5 6";
    assert_eq!(search(GeoArea::by_polygon([(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)])), wanted);
    let corners = vec![GeoPosition::new(1.0, 2.0), GeoPosition::new(3.0, 4.0), GeoPosition::new(5.0, 6.0)];
    assert_eq!(search(GeoArea::by_polygon(corners)), wanted);
}

#[test]
fn options_of_searches() {
    let search = || cmd::geosearch::<String>("g", circle());
    let wanted = |options: &str| format!("GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km {options}");
    assert_eq!(wire(search().asc()), wanted("ASC"));
    assert_eq!(wire(search().asc().desc().count(5)), wanted("DESC COUNT 5"));
    assert_eq!(wire(search().count(5).count_any(3)), wanted("COUNT 3 ANY"));
    assert_eq!(wire(search().count_any(3).count(5)), wanted("COUNT 5"));
    assert_eq!(wire(search().withdist()), wanted("WITHDIST"));
    assert_eq!(wire(search().asc().withhash().withdist()), wanted("ASC WITHDIST WITHHASH"));
    assert_eq!(
        wire(search().count(1).withcoord().withhash().withdist()),
        wanted("COUNT 1 WITHCOORD WITHDIST WITHHASH")
    );

    let store = || cmd::geosearchstore("d", "g", circle());
    let wanted = |options: &str| format!("GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 200 km {options}");
    assert_eq!(wire(store().asc().count(2).storedist()), wanted("ASC COUNT 2 STOREDIST"));
    assert_eq!(wire(store().desc().count_any(2)), wanted("DESC COUNT 2 ANY"));
    let wide =
        |unit| wire(cmd::geosearchstore("d", "g", GeoArea::by_box(GeoFrom::member("a"), 2.0, 1.0, unit)));
    assert_eq!(wide(GeoUnit::Meters), "GEOSEARCHSTORE d g FROMMEMBER a BYBOX 2 1 m");
    assert_eq!(wide(GeoUnit::Feet), "GEOSEARCHSTORE d g FROMMEMBER a BYBOX 2 1 ft");
    assert_eq!(wide(GeoUnit::Miles), "GEOSEARCHSTORE d g FROMMEMBER a BYBOX 2 1 mi");
    let polygon = GeoArea::by_polygon([(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]);
    let wanted = "GEOSEARCHSTORE d g BYPOLYGON 3 1 2 3 4 5 6";
    assert_eq!(wire(cmd::geosearchstore("d", "g", polygon)), wanted);
}

#[test]
fn options_of_the_older_searches() {
    let radius = |unit| cmd::georadius::<String>("g", 15.0, 37.0, 200.0, unit);
    let by_member = |unit| cmd::georadiusbymember::<String>("g", "a", 2.0, unit);
    let radius_ro = |unit| cmd::georadius_ro::<String>("g", 1.0, 2.0, 3.0, unit);
    let by_member_ro = |unit| cmd::georadiusbymember_ro::<String>("g", "a", 2.0, unit);
    for (unit, word) in [(GeoUnit::Meters, "m"), (KM, "km"), (GeoUnit::Feet, "ft"), (GeoUnit::Miles, "mi")] {
        let searches = [
            (format!("GEORADIUS g 15 37 200 {word}"), radius(unit)),
            (format!("GEORADIUSBYMEMBER g a 2 {word}"), by_member(unit)),
        ];
        for (words, search) in searches {
            assert_eq!(wire(search.clone()), words);
            assert_eq!(wire(search.clone().asc().store("d")), format!("{words} ASC STORE d"));
            assert_eq!(wire(search.clone().desc().storedist("d")), format!("{words} DESC STOREDIST d"));
            assert_eq!(wire(search.clone().count(1).store("d")), format!("{words} COUNT 1 STORE d"));
            assert_eq!(wire(search.count_any(2).withcoord()), format!("{words} COUNT 2 ANY WITHCOORD"));
        }
        assert_eq!(wire(radius_ro(unit)), format!("GEORADIUS_RO g 1 2 3 {word}"));
        assert_eq!(wire(by_member_ro(unit)), format!("GEORADIUSBYMEMBER_RO g a 2 {word}"));
    }
    fn answers_with_more<const STORES: bool>(search: Geosearch<String, STORES>, words: &str) {
        assert_eq!(wire(search.clone().asc().withdist()), format!("{words} ASC WITHDIST"));
        assert_eq!(wire(search.clone().desc().withhash()), format!("{words} DESC WITHHASH"));
        let all = search.count_any(3).withhash().withcoord().withdist();
        assert_eq!(wire(all), format!("{words} COUNT 3 ANY WITHCOORD WITHDIST WITHHASH"));
    }
    answers_with_more(radius(KM), "GEORADIUS g 15 37 200 km");
    answers_with_more(by_member(KM), "GEORADIUSBYMEMBER g a 2 km");
    answers_with_more(radius_ro(KM), "GEORADIUS_RO g 1 2 3 km");
    answers_with_more(by_member_ro(KM), "GEORADIUSBYMEMBER_RO g a 2 km");
}

#[test]
fn what_cannot_be_meant_is_not_sent() {
    let none: [(f64, f64, &str); 0] = [];
    assert_eq!(refusal(cmd::geoadd("g", none).nx()), "GEOADD: `places` must be at least one");
    let nan = refusal(cmd::geoadd("g", (0.0, f64::NAN, "a")));
    assert_eq!(nan, "GEOADD: `latitude` must be a number of degrees, not NaN");
    let nan = refusal(cmd::georadius::<String>("g", f64::NAN, 0.0, 1.0, KM));
    assert_eq!(nan, "GEORADIUS: `longitude` must be a number of degrees, not NaN");
    let two = GeoArea::by_polygon([(1.0, 2.0), (3.0, 4.0)]);
    assert!(refusal(cmd::geosearch::<String>("g", two)).ends_with("`vertices` must be at least three"));
}

#[test]
fn what_is_missing_is_none() {
    assert_eq!(both(cmd::geodist("g", "a", "b"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(cmd::geodist("g", "a", "b"), "$4\r\n10.5\r\n", "$4\r\n10.5\r\n"), Some(10.5));
    assert_eq!(both(cmd::geohash("g", "a"), "*1\r\n$-1\r\n", "*1\r\n_\r\n"), [None]);
    assert_eq!(
        both(
            cmd::geopos("g", ["a", "b"]),
            "*2\r\n*-1\r\n*2\r\n$3\r\n1.5\r\n$2\r\n-2\r\n",
            "*2\r\n_\r\n*2\r\n,1.5\r\n,-2\r\n"
        ),
        [None, Some(GeoPosition { longitude: 1.5, latitude: -2.0 })]
    );
    assert_eq!(both(cmd::geosearch::<String>("g", circle()), "*0\r\n", "*0\r\n"), [""; 0]);
    assert_eq!(both(cmd::geosearch::<String>("g", circle()).withdist(), "*0\r\n", "*0\r\n"), []);
}

#[test]
fn matches_hold_what_was_asked_for() {
    let search = || cmd::geosearch::<String>("g", circle());
    let resp2 = "*1\r\n*4\r\n$1\r\na\r\n$4\r\n56.5\r\n:3479447370796909\r\n*2\r\n$2\r\n15\r\n$4\r\n37.5\r\n";
    let resp3 = "*1\r\n*4\r\n$1\r\na\r\n$4\r\n56.5\r\n:3479447370796909\r\n*2\r\n,15\r\n,37.5\r\n";
    let all = both(search().withcoord().withdist().withhash(), resp2, resp3);
    assert_eq!(
        (all[0].member.as_str(), all[0].distance, all[0].hash),
        ("a", Some(56.5), Some(3479447370796909))
    );
    assert_eq!(all[0].position, Some(GeoPosition::new(15.0, 37.5)));

    let dist = "*2\r\n*2\r\n$1\r\na\r\n$1\r\n0\r\n*2\r\n$1\r\nb\r\n$3\r\n1.5\r\n";
    let dist = both(search().withdist(), dist, dist);
    assert_eq!(dist.iter().map(|found| found.distance).collect::<Vec<_>>(), [Some(0.0), Some(1.5)]);
    assert_eq!((dist[1].member.as_str(), dist[1].hash, dist[1].position), ("b", None, None));

    let coord = both(
        cmd::georadius::<i64>("g", 1.0, 2.0, 3.0, KM).withcoord(),
        "*1\r\n*2\r\n$1\r\n7\r\n*2\r\n$1\r\n1\r\n$1\r\n2\r\n",
        "*1\r\n*2\r\n$1\r\n7\r\n*2\r\n,1\r\n,2\r\n",
    );
    assert_eq!((coord[0].member, coord[0].position), (7, Some(GeoPosition::new(1.0, 2.0))));
    let hash = read(search().withhash(), "*1\r\n*2\r\n$1\r\na\r\n:9\r\n").unwrap();
    assert_eq!((hash[0].hash, hash[0].distance), (Some(9), None));
}

#[test]
fn storing_from_nothing_is_no_member() {
    let radius = cmd::georadius::<String>("g", 15.0, 37.0, 200.0, KM);
    let by_member = cmd::georadiusbymember::<String>("g", "a", 2.0, KM);
    // Redis 6.2 sends an array, whichever protocol.
    for none in [":0\r\n", "*0\r\n"] {
        assert_eq!(both(radius.clone().store("d"), none, none), 0);
        assert_eq!(both(by_member.clone().storedist("d"), none, none), 0);
        assert_eq!(both(cmd::geosearchstore("d", "g", circle()), none, none), 0);
    }
    assert_eq!(
        unfit(radius.store("d"), "*1\r\n$1\r\na\r\n"),
        "GEORADIUS: expected an integer, got an array of 1 element"
    );
}

#[test]
fn a_reply_of_another_shape_is_an_error_that_names_the_command() {
    let search = || cmd::geosearch::<String>("g", circle());
    assert_eq!(
        unfit(search().withdist(), TWO),
        "GEOSEARCH: element 0: expected an array of a member and what was asked for, got a bulk string"
    );
    assert_eq!(
        unfit(search().withdist(), "*1\r\n*2\r\n$1\r\na\r\n$1\r\nx\r\n"),
        "GEOSEARCH: element 0: element 1: expected a number, got a bulk string"
    );
    assert_eq!(
        unfit(cmd::geopos("g", "a"), "*1\r\n*1\r\n$1\r\n1\r\n"),
        "GEOPOS: element 0: expected an array of 2 elements, got an array of 1 element"
    );
    assert_eq!(
        unfit(cmd::geodist("g", "a", "b"), "*0\r\n"),
        "GEODIST: expected a number, got an array of 0 elements"
    );
}

#[test]
fn an_error_of_the_server_is_an_error() {
    let cmd = cmd::geosearch::<String>("g", GeoArea::by_radius(GeoFrom::member("x"), 1.0, KM)).withcoord();
    let error = read(cmd.into_cmd(), "-ERR could not decode requested zset member\r\n").unwrap_err();
    assert!(matches!(error.kind(), ReplyErrorKind::Server(error) if error.code() == "ERR"));
    assert_eq!(error.to_string(), "GEOSEARCH: ERR could not decode requested zset member");
}
