//! System packages: installed where apt is there, named where it is not.

use std::io::IsTerminal;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::proc;

/// What building the window takes on Debian and Ubuntu.
pub const BUILD: &[&str] = &["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev"];

/// What the tests and pictures take on top of it.
pub const TEST: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    "xdotool",
    "imagemagick",
    "chromium",
    "dbus",
    "poppler-utils",
    "python3",
    "python3-venv",
];

/// Installs what is missing of `packages`; where it may not, says the line to type.
///
/// # Errors
/// Where something is missing and cannot be installed from here.
pub fn install(packages: &[&str]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return elsewhere();
    }
    if !proc::exists("dpkg-query") {
        return other_linux();
    }
    let missing: Vec<&str> = packages.iter().copied().filter(|p| !installed(p)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install --no-install-recommends {}", missing.join(" "));
    println!("installing system packages: {}", missing.join(" "));
    let here = Path::new(".");
    let apt = |args: &[&str]| {
        let mut command = if root() {
            proc::command("apt-get", here)
        } else {
            let mut sudo = proc::command("sudo", here);
            if std::io::stdin().is_terminal() {
                sudo.stdin(Stdio::inherit());
            } else {
                sudo.arg("--non-interactive");
            }
            sudo.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        };
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq").args(args);
        proc::run(&mut command)
    };
    if !root() && !proc::exists("sudo") {
        bail!("system packages are missing; as root: {by_hand}");
    }
    apt(&["update"])
        .and_then(|()| apt(&[&["install", "--yes", "--no-install-recommends"], missing.as_slice()].concat()))
        .map_err(|e| e.context(format!("system packages are missing; as root: {by_hand}")))
}

fn installed(package: &str) -> bool {
    let mut ask = Command::new("dpkg-query");
    ask.args(["--show", "--showformat", "${Status}", package]).stdin(Stdio::null()).stderr(Stdio::null());
    ask.output().is_ok_and(|out| out.stdout.ends_with(b"ok installed"))
}

fn root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

fn other_linux() -> Result<()> {
    if Command::new("pkg-config").args(["--exists", "webkit2gtk-4.1"]).status().is_ok_and(|s| s.success()) {
        return Ok(());
    }
    bail!(
        "WebKitGTK 4.1 with its headers, a C compiler and pkg-config are needed:\n  \
         Fedora: sudo dnf install webkit2gtk4.1-devel gcc pkgconf-pkg-config\n  \
         Arch:   sudo pacman -S --needed webkit2gtk-4.1 base-devel"
    )
}

fn elsewhere() -> Result<()> {
    if cfg!(target_os = "macos") {
        if !proc::exists("cc") {
            bail!("Apple's command line tools are needed: xcode-select --install");
        }
    } else if cfg!(windows) {
        println!("On Windows the window needs the MSVC build tools and WebView2, which Windows 11 has.");
    }
    Ok(())
}
