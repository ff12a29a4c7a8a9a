//! Takes the patterns of user agents out of the ua-parser package, which ships them (uap-core's `regexes.yaml`) but does
//! not give them out, and writes them as JSON for `include_str!`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let patterns = package_directory("ua-parser")?.join("uap-core/regexes.yaml");
    println!("cargo::rerun-if-changed={}", patterns.display());
    let patterns: serde_json::Value = serde_saphyr::from_str(&fs::read_to_string(&patterns)?)?;
    let target = PathBuf::from(env::var("OUT_DIR")?).join("user_agents.json");
    fs::write(target, serde_json::to_string(&patterns)?)?;
    Ok(())
}

/// Where cargo keeps the source of a package that this one depends on.
fn package_directory(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    // Only the packages for this platform are sure to be there.
    let output = Command::new(env::var("CARGO")?)
        .args(["metadata", "--format-version", "1", "--filter-platform", &env::var("TARGET")?])
        .current_dir(env::var("CARGO_MANIFEST_DIR")?)
        .output()?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let package = packages.find(|package| package["name"] == name).ok_or(format!("no package {name}"))?;
    let manifest = package["manifest_path"].as_str().unwrap_or_default();
    Ok(Path::new(manifest).parent().ok_or("a manifest without directory")?.to_owned())
}
