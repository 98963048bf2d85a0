//! The vector set commands.

use redispy_cmd::commands::{self as cmd, Quantization, Vector, VectorSetCommands};
use redispy_cmd::spec::Spec;

use crate::double::{Double, both, bulk, read, refusal, unfit, wire};

const PLAIN: [&str; 12] = [
    "VADD v VALUES 2 0.5 1 a",
    "VCARD v",
    "VDIM v",
    "VEMB v a",
    "VGETATTR v a",
    "VINFO v",
    "VISMEMBER v a",
    "VLINKS v a",
    "VRANDMEMBER v",
    "VREM v a",
    "VSETATTR v a {}",
    "VSIM v VALUES 1 2",
];

#[test]
fn plain_forms_send_their_words() {
    let server = Double::new([
        ":1\r\n",
        ":3\r\n",
        ":2\r\n",
        "*2\r\n$3\r\n0.5\r\n$1\r\n1\r\n",
        "$2\r\n{}\r\n",
        "$-1\r\n",
        ":1\r\n",
        "*1\r\n*1\r\n$1\r\nb\r\n",
        "$1\r\na\r\n",
        ":0\r\n",
        ":1\r\n",
        "*1\r\n$1\r\na\r\n",
    ]);
    let r = &server;
    assert_eq!(r.vadd("v", [0.5_f32, 1.0], "a"), Ok(true));
    assert_eq!(r.vcard("v"), Ok(3));
    assert_eq!(r.vdim("v"), Ok(2));
    assert_eq!(r.vemb("v", "a"), Ok(Some(vec![0.5, 1.0])));
    assert_eq!(r.vgetattr("v", "a"), Ok(Some("{}".to_owned())));
    assert_eq!(r.vinfo("v"), Ok(None));
    assert_eq!(r.vismember("v", "a"), Ok(true));
    assert_eq!(r.vlinks("v", "a"), Ok(Some(vec![vec!["b".to_owned()]])));
    assert_eq!(r.vrandmember("v"), Ok(Some("a".to_owned())));
    assert_eq!(r.vrem("v", "a"), Ok(false));
    assert_eq!(r.vsetattr("v", "a", "{}"), Ok(true));
    assert_eq!(r.vsim("v", vec![2.0_f64]), Ok(vec!["a".to_owned()]));
    assert_eq!(server.sent(), PLAIN);
}

#[test]
fn no_command_of_the_group_is_missing() {
    // The module comes with the server and documents its commands under the group of all modules.
    let names = |line: &&str| line.split(' ').next().unwrap().to_owned();
    let sent: Vec<String> = PLAIN.iter().map(names).collect();
    let there: Vec<&str> = Spec::all()
        .filter(|spec| spec.group == redispy_cmd::spec::Group::Module)
        .map(|spec| spec.name)
        .collect();
    assert_eq!(sent, there);
}

#[test]
fn vectors_are_numbers_bytes_or_those_of_an_element() {
    let sim = |vector: Vector| wire(cmd::vsim::<String>("v", vector));
    assert_eq!(sim(Vector::values((1, 0.1_f32, "2.5"))), "VSIM v VALUES 3 1 0.1 2.5");
    assert_eq!(sim(Vector::fp32([1.0, -2.0])), "VSIM v FP32 \"\\x00\\x00\\x80?\\x00\\x00\\x00\\xc0\"");
    assert_eq!(sim(Vector::of_element("a")), "VSIM v ELE a");
    assert_eq!(sim((&[1.0_f32][..]).into()), "VSIM v VALUES 1 1");
    assert_eq!(wire(cmd::vadd("v", Vector::fp32([0.0]), "a")), "VADD v FP32 \"\\x00\\x00\\x00\\x00\" a");
    assert_eq!(refusal(cmd::vadd("v", Vec::<f32>::new(), "a")), "VADD: `vector` must be at least one");
    assert_eq!(
        refusal(cmd::vsim::<String>("v", Vector::fp32([]))),
        "VSIM: `vector` must be at least one number"
    );
    assert_eq!(
        refusal(cmd::vadd("v", Vector::of_element("b"), "a")),
        "VADD: `vector` must be numbers, not an element's"
    );
    assert_eq!(refusal(cmd::vadd("v", [f64::NAN], "a")), "VADD: `argument` must be a number, not NaN");
}

#[test]
fn options_go_where_the_server_wants_them() {
    let add = || cmd::vadd("v", [1.0_f32], "a");
    assert_eq!(wire(add().reduce(5)), "VADD v REDUCE 5 VALUES 1 1 a");
    assert_eq!(
        wire(add().quantization(Quantization::Bin).quantization(Quantization::NoQuant)),
        "VADD v VALUES 1 1 a NOQUANT"
    );
    assert_eq!(
        wire(add().m(8).setattr("{}").ef(100).quantization(Quantization::Q8).cas()),
        "VADD v VALUES 1 1 a CAS Q8 EF 100 SETATTR {} M 8"
    );
    assert_eq!(wire(add().quantization(Quantization::Bin)), "VADD v VALUES 1 1 a BIN");
    let sim = || cmd::vsim::<String>("v", Vector::of_element("a"));
    assert_eq!(
        wire(sim().count(5).epsilon(0.25).ef(100).filter(".x>1").filter_ef(7).truth().nothread()),
        "VSIM v ELE a COUNT 5 EPSILON 0.25 EF 100 FILTER .x>1 FILTER-EF 7 TRUTH NOTHREAD"
    );
    assert_eq!(wire(sim().withscores()), "VSIM v ELE a WITHSCORES");
    assert_eq!(wire(sim().count(1).withattribs()), "VSIM v ELE a COUNT 1 WITHATTRIBS");
    assert_eq!(wire(sim().withscores_and_attribs()), "VSIM v ELE a WITHSCORES WITHATTRIBS");
    assert_eq!(wire(cmd::vemb("v", "a").raw()), "VEMB v a RAW");
    assert_eq!(wire(cmd::vlinks::<String>("v", "a").withscores()), "VLINKS v a WITHSCORES");
    assert_eq!(wire(cmd::vrandmember::<String>("v").count(-3)), "VRANDMEMBER v -3");
}

#[test]
fn both_protocols_give_the_same() {
    assert!(both(cmd::vadd("v", [1.0_f32], "a"), ":1\r\n", "#t\r\n"));
    assert!(!both(cmd::vrem("v", "a"), ":0\r\n", "#f\r\n"));
    assert_eq!(both(cmd::vemb("v", "a"), "*1\r\n$3\r\n0.5\r\n", "*1\r\n,0.5\r\n"), Some(vec![0.5]));
    assert_eq!(both(cmd::vemb("v", "a"), "$-1\r\n", "_\r\n"), None);
    let raw2 = "*4\r\n+int8\r\n$2\r\n\x7f\x01\r\n$1\r\n1\r\n$3\r\n0.5\r\n";
    let raw3 = "*4\r\n+int8\r\n$2\r\n\x7f\x01\r\n,1\r\n,0.5\r\n";
    let raw = both(cmd::vemb("v", "a").raw(), raw2, raw3).unwrap();
    assert_eq!((raw.quantization.as_str(), raw.blob.as_slice()), ("int8", &b"\x7f\x01"[..]));
    assert_eq!((raw.norm, raw.range, raw.other.len()), (1.0, Some(0.5), 0));
    let short = read(cmd::vemb("v", "a").raw(), "*3\r\n+f32\r\n$0\r\n\r\n$1\r\n2\r\n").unwrap().unwrap();
    assert_eq!((short.norm, short.range), (2.0, None));
    assert_eq!(both(cmd::vemb("v", "a").raw(), "$-1\r\n", "_\r\n"), None);
    let links = cmd::vlinks::<String>("v", "a").withscores();
    let levels = both(
        links.clone(),
        "*2\r\n*2\r\n$1\r\nb\r\n$3\r\n0.5\r\n*0\r\n",
        "*2\r\n%1\r\n$1\r\nb\r\n,0.5\r\n%0\r\n",
    );
    assert_eq!(levels, Some(vec![vec![("b".to_owned(), 0.5)], vec![]]));
    assert_eq!(both(links, "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(cmd::vlinks::<String>("v", "a"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(cmd::vrandmember::<String>("v"), "$-1\r\n", "_\r\n"), None);
    assert_eq!(both(cmd::vrandmember::<i64>("v").count(2), "*1\r\n$1\r\n7\r\n", "*1\r\n$1\r\n7\r\n"), [7]);
}

#[test]
fn matches_come_with_scores_and_attributes() {
    let sim = || cmd::vsim::<String>("v", [1.0_f32]);
    assert_eq!(both(sim(), "*1\r\n$1\r\na\r\n", "*1\r\n$1\r\na\r\n"), ["a"]);
    let scores = both(sim().withscores(), "*2\r\n$1\r\na\r\n$3\r\n0.5\r\n", "%1\r\n$1\r\na\r\n,0.5\r\n");
    assert_eq!(scores, [("a".to_owned(), 0.5)]);
    let attributes = both(
        sim().withattribs(),
        "*4\r\n$1\r\na\r\n$2\r\n{}\r\n$1\r\nb\r\n$-1\r\n",
        "%2\r\n$1\r\na\r\n$2\r\n{}\r\n$1\r\nb\r\n_\r\n",
    );
    assert_eq!(attributes, [("a".to_owned(), Some("{}".to_owned())), ("b".to_owned(), None)]);
    let whole = both(
        sim().withscores_and_attribs(),
        "*6\r\n$1\r\na\r\n$1\r\n1\r\n$2\r\n{}\r\n$1\r\nb\r\n$3\r\n0.5\r\n$-1\r\n",
        "%2\r\n$1\r\na\r\n*2\r\n,1\r\n$2\r\n{}\r\n$1\r\nb\r\n*2\r\n,0.5\r\n_\r\n",
    );
    assert_eq!(
        (whole[0].element.as_str(), whole[0].score, whole[0].attributes.as_deref()),
        ("a", 1.0, Some("{}"))
    );
    assert_eq!((whole[1].element.as_str(), whole[1].score, whole[1].attributes.as_deref()), ("b", 0.5, None));
    assert_eq!(both(sim().withscores_and_attribs(), "*0\r\n", "%0\r\n").len(), 0);
    assert_eq!(unfit(sim(), ":1\r\n"), "VSIM: expected an array, got an integer");
    assert!(unfit(sim().withscores_and_attribs(), ":1\r\n").starts_with("VSIM: expected an array"));
    assert!(
        read(sim(), "-ERR element not found in set\r\n").unwrap_err().to_string().starts_with("VSIM: ERR")
    );
}

#[test]
fn a_set_tells_how_it_is_built() {
    let fields = [
        ("quant-type", "+int8\r\n"),
        ("hnsw-m", ":16\r\n"),
        ("vector-dim", ":3\r\n"),
        ("projection-input-dim", ":0\r\n"),
        ("size", ":2\r\n"),
        ("max-level", ":1\r\n"),
        ("attributes-count", ":1\r\n"),
        ("vset-uid", ":0\r\n"),
        ("hnsw-max-node-uid", ":4\r\n"),
        ("new", ":5\r\n"),
    ];
    let body: String = fields.iter().map(|(name, value)| format!("{}{value}", bulk(name))).collect();
    let info = both(cmd::vinfo("v"), format!("*20\r\n{body}"), format!("%10\r\n{body}")).unwrap();
    assert_eq!((info.quant_type.as_str(), info.hnsw_m, info.vector_dim, info.size), ("int8", 16, 3, 2));
    assert_eq!((info.projection_input_dim, info.max_level, info.attributes_count), (None, 1, 1));
    assert_eq!((info.vset_uid, info.hnsw_max_node_uid), (0, 4));
    assert_eq!(info.other.keys().collect::<Vec<_>>(), ["new"]);
    assert_eq!(unfit(cmd::vinfo("v"), ":1\r\n"), "VINFO: expected a vector set's fields, got an integer");
}
