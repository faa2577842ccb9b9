//! The real window on a screen of its own: Xvfb, and the Node scripts in tests/window that drive it through WebDriver.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::place::Place;
use crate::{proc, tools};

/// A screen without a monitor; it ends with this value.
pub struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    /// Starts one of this size on the first free number.
    pub fn start(width: u32, height: u32) -> Result<Screen> {
        for number in 90..190 {
            let socket = PathBuf::from(format!("/tmp/.X11-unix/X{number}"));
            if socket.exists() || Path::new(&format!("/tmp/.X{number}-lock")).exists() {
                continue;
            }
            let display = format!(":{number}");
            let mut server = Command::new("Xvfb")
                .args([display.as_str(), "-screen", "0", &format!("{width}x{height}x24"), "-nolisten", "tcp"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .context("starting Xvfb")?;
            let until = Instant::now() + Duration::from_secs(15);
            while Instant::now() < until {
                if socket.exists() {
                    return Ok(Screen { server, display });
                }
                // Another one may have taken the number.
                if server.try_wait()?.is_some() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = server.kill();
            let _ = server.wait();
        }
        bail!("Xvfb does not start")
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Node in tests/window with everything that its scripts are told: programs, screen, and folders of their own for what
/// the window keeps, so that nothing of the user's is touched.
pub fn node(place: &Place, screen: &Screen) -> Result<Command> {
    let folder = place.root.join("tests/window");
    tools::node()?;
    tools::npm_ci(&folder)?;
    let driver = tools::tauri_driver(place)?;
    let scratch = place.target.join("window-tests");
    // What an earlier run left.
    let _ = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(&scratch)?;
    let mut node = proc::command("node", &folder);
    node.env("DISPLAY", &screen.display)
        .env_remove("WAYLAND_DISPLAY")
        .env("GDK_BACKEND", "x11")
        // There is no graphics card behind this screen.
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        .env("NO_AT_BRIDGE", "1")
        .env("GSETTINGS_BACKEND", "memory")
        .env("OUTLAY_DRIVER", driver)
        .env("OUTLAY_WINDOW", place.built("outlay-desktop"))
        .env("OUTLAY", place.built("outlay"))
        .env("OUTLAY_XTASK", place.built("xtask"))
        .env("OUTLAY_ROOT", &place.root)
        .env("OUTLAY_SCRATCH", &scratch)
        .env("XDG_DATA_HOME", scratch.join("data"))
        .env("XDG_CONFIG_HOME", scratch.join("config"))
        .env("XDG_CACHE_HOME", scratch.join("cache"));
    Ok(node)
}
