//! Where things are.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The workspace, and the folder that everything built goes into.
pub struct Place {
    /// The workspace's root.
    pub root: PathBuf,
    /// Cargo's target folder; tools, the sample ledger and pictures are beside the builds.
    pub target: PathBuf,
}

impl Place {
    /// Finds the workspace from cargo's variables, and makes its root the current folder.
    ///
    /// The target folder is cargo's default or `CARGO_TARGET_DIR`; with `CI=true` it is in the user's cache folder, since CI
    /// checks out a fresh clone every time.
    pub fn find() -> Result<Place> {
        let here = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = match here {
            Some(own) => own.parent().context("xtask/ has no parent")?.to_owned(),
            None => env::current_dir()?,
        };
        env::set_current_dir(&root).with_context(|| format!("entering {}", root.display()))?;
        let target = match (env::var_os("CARGO_TARGET_DIR"), env::var("CI").as_deref()) {
            (Some(set), _) if !set.is_empty() => root.join(set),
            (_, Ok("true")) => cache().map_or_else(|| root.join("target"), |c| c.join("outlay/target")),
            _ => root.join("target"),
        };
        Ok(Place { root, target })
    }

    /// A program that a dev build of the workspace makes.
    pub fn built(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name).with_extension(env::consts::EXE_EXTENSION)
    }

    /// A program that the release build makes.
    pub fn released(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name).with_extension(env::consts::EXE_EXTENSION)
    }

    /// The folder beside the repository with outside checks and benchmarks, where there is one.
    pub fn shared(&self) -> Option<PathBuf> {
        let shared = self.root.parent()?.join("shared");
        shared.is_dir().then_some(shared)
    }
}

fn cache() -> Option<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").filter(|v| !v.is_empty()).map(PathBuf::from);
    named.or_else(|| env::home_dir().map(|home| home.join(".cache"))).filter(|p: &PathBuf| Path::is_absolute(p))
}
