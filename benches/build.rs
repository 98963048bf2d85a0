//! Finds hiredis, if it is installed, for the programs that measure it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(library) = pkg_config::Config::new().cargo_metadata(false).probe("hiredis") {
        println!("cargo::rustc-cfg=hiredis");
        println!("cargo::rustc-env=HIREDIS_VERSION={}", library.version);
        // Before 1.0 its replies have fewer fields.
        if !library.version.starts_with("0.") {
            println!("cargo::rustc-cfg=hiredis_1");
        }
        // The other targets of this package do without.
        println!("cargo::rustc-link-arg-benches=-lhiredis");
        println!("cargo::rustc-link-arg-bin=bench=-lhiredis");
    }
}
