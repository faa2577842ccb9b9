//! Bakes the window's pages, policy and permissions into the binary.

use std::path::Path;

use tauri_build::{AppManifest, Attributes};

fn main() {
    let pages = Path::new("../ui/dist");
    println!("cargo::rerun-if-changed=../ui/dist");
    if !pages.join("index.html").is_file() {
        println!(
            "cargo::error=the window's pages (ui/dist) are not built: run `cargo xtask ui`, which needs Node.js and npm"
        );
        return;
    }
    // Naming the commands makes each a permission, which capabilities/main.json grants one by one.
    let manifest = AppManifest::new().commands(&["call", "cancel", "pick"]);
    if let Err(e) = tauri_build::try_build(Attributes::new().app_manifest(manifest)) {
        println!("cargo::error=tauri-build: {e:#}");
    }
}
