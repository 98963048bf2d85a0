//! Finds hiredis, if it is installed, for the parser benchmark.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if pkg_config::Config::new().cargo_metadata(false).probe("hiredis").is_ok() {
        println!("cargo::rustc-cfg=hiredis");
        // The library of this package does without; only the benchmark links it.
        println!("cargo::rustc-link-arg-benches=-lhiredis");
    }
}
