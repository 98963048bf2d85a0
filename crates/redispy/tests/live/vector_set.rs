//! The vector set commands, which only Redis has, since 8.0.

use redispy::cmd::{Quantization, Vector};
use redispy::prelude::*;
use redispy::{Client, cmd};

use crate::{assert_unknown, each_protocol, is_since};

/// Runs `test` where there are vector sets; elsewhere they are the server's error.
fn with_vector_sets(test: impl Fn(&Client)) {
    each_protocol(|r| if is_since((8, 2), (99, 0)) { test(r) } else { assert_unknown(r.vcard("v")) });
}

#[test]
fn elements_come_and_go_with_their_vectors() {
    with_vector_sets(|r| {
        assert_eq!((r.vcard("v").unwrap(), r.vismember("v", "a").unwrap()), (0, false));
        assert_eq!((r.vinfo("v").unwrap(), r.vrandmember::<String>("v").unwrap()), (None, None));
        assert!(r.vdim("v").is_err());
        let exact = |vector: Vector, element| {
            cmd::vadd("v", vector, element).quantization(Quantization::NoQuant).m(8)
        };
        assert!(r.run(exact([1.0_f32, 0.0].into(), "a").cas().ef(100).setattr("{\"x\":1}")).unwrap());
        assert!(!r.run(exact(Vector::fp32([3.0, 4.0]), "a")).unwrap());
        assert!(r.run(exact(Vector::values((0, "1")), "b")).unwrap());
        assert_eq!((r.vcard("v").unwrap(), r.vdim("v").unwrap()), (2, 2));
        let vector = r.vemb("v", "a").unwrap().unwrap();
        assert!((vector[0] - 3.0).abs() < 0.001 && (vector[1] - 4.0).abs() < 0.001, "{vector:?}");
        assert_eq!(r.vemb("v", "none").unwrap(), None);
        let raw = r.run(cmd::vemb("v", "a").raw()).unwrap().unwrap();
        assert_eq!((raw.quantization.as_str(), raw.blob.len(), raw.range, raw.norm), ("f32", 8, None, 5.0));
        let info = r.vinfo("v").unwrap().unwrap();
        assert_eq!((info.quant_type.as_str(), info.hnsw_m, info.vector_dim, info.size), ("f32", 8, 2, 2));
        assert_eq!(info.projection_input_dim, None);
        assert!(info.other.is_empty(), "{info:?}");
        assert!(["a", "b"].contains(&r.vrandmember::<String>("v").unwrap().unwrap().as_str()));
        assert_eq!(r.run(cmd::vrandmember::<String>("v").count(5)).unwrap().len(), 2);
        assert_eq!(r.run(cmd::vrandmember::<String>("v").count(-5)).unwrap().len(), 5);
        // How many levels an element is on is chance; on the lowest, which comes last, all are linked.
        assert_eq!(r.vlinks::<String>("v", "a").unwrap().unwrap().pop().unwrap(), ["b"]);
        let mut levels = r.run(cmd::vlinks::<String>("v", "a").withscores()).unwrap().unwrap();
        let lowest = levels.pop().unwrap();
        assert!(lowest[0].0 == "b" && (lowest[0].1 - 0.9).abs() < 0.001, "{lowest:?}");
        assert_eq!(r.vlinks::<String>("v", "none").unwrap(), None);
        assert!(r.vrem("v", "b").unwrap() && !r.vrem("v", "b").unwrap());
        assert!(
            r.run(cmd::vadd("w", [1.0_f32, 2.0, 3.0], "a").reduce(2).quantization(Quantization::Q8)).unwrap()
        );
        let info = r.vinfo("w").unwrap().unwrap();
        assert_eq!((info.vector_dim, info.projection_input_dim), (2, Some(3)));
        assert!(r.run(cmd::vemb("w", "a").raw()).unwrap().unwrap().range.is_some());
        assert!(r.run(cmd::vadd("x", [1.0_f32], "a").quantization(Quantization::Bin)).unwrap());
        assert_eq!(r.vinfo("x").unwrap().unwrap().quant_type, "bin");
    });
}

#[test]
fn attributes_belong_to_elements() {
    with_vector_sets(|r| {
        r.run(cmd::vadd("v", [1.0_f32], "a").setattr("{\"x\":1}")).unwrap();
        assert_eq!(r.vgetattr("v", "a").unwrap(), Some("{\"x\":1}".to_owned()));
        assert!(r.vsetattr("v", "a", "").unwrap() && !r.vsetattr("v", "none", "{}").unwrap());
        assert_eq!(r.vgetattr::<String>("v", "a").unwrap(), None);
    });
}

#[test]
fn similar_elements_are_found() {
    with_vector_sets(|r| {
        assert_eq!(r.vsim::<String>("v", [1.0_f32, 0.0]).unwrap(), [""; 0]);
        r.run(cmd::vadd("v", [1.0_f32, 0.0], "east").setattr("{\"x\":1}")).unwrap();
        r.vadd("v", [0.0_f32, 1.0], "north").unwrap();
        r.vadd("v", [-1.0_f32, 0.0], "west").unwrap();
        assert_eq!(r.vsim::<String>("v", [1.0_f64, 0.1]).unwrap(), ["east", "north", "west"]);
        let east = || cmd::vsim::<String>("v", Vector::of_element("east"));
        assert_eq!(r.run(east().count(2).ef(50).truth().nothread()).unwrap(), ["east", "north"]);
        assert_eq!(r.run(east().epsilon(0.1)).unwrap(), ["east"]);
        assert_eq!(r.run(east().filter(".x == 1").filter_ef(10)).unwrap(), ["east"]);
        assert_eq!(r.run(east().filter_ef(0)).unwrap_err().code(), Some("ERR"));
        let scores = r.run(east().withscores()).unwrap();
        let near = |score: f64, wanted: f64| (score - wanted).abs() < 0.01;
        assert!(near(scores[0].1, 1.0) && near(scores[1].1, 0.5) && near(scores[2].1, 0.0), "{scores:?}");
        let attributes = r.run(east().count(2).withattribs()).unwrap();
        assert_eq!(
            attributes,
            [("east".to_owned(), Some("{\"x\":1}".to_owned())), ("north".to_owned(), None)]
        );
        let whole = r.run(east().count(2).withscores_and_attribs()).unwrap();
        assert_eq!((whole[0].element.as_str(), whole[0].attributes.as_deref()), ("east", Some("{\"x\":1}")));
        assert!(near(whole[0].score, 1.0) && near(whole[1].score, 0.5) && whole[1].attributes.is_none());
        assert!(r.run(cmd::vsim::<String>("v", Vector::of_element("none"))).is_err());
    });
}
