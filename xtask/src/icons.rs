//! The window's icons, drawn here: three bars, each higher than the one before it, and a dot above the last, on a tile.

use std::io::Write;

use anyhow::Result;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::check;
use crate::place::Place;

/// File and pixels a side.
const FILES: &[(&str, u32)] = &[("32x32.png", 32), ("128x128.png", 128), ("128x128@2x.png", 256)];
/// The accent of ui/src/styles/tokens.css, its paper, and its warm colour.
const TILE: [u8; 3] = [0x0b, 0x5f, 0x6b];
const BAR: [u8; 3] = [0xfb, 0xfa, 0xf7];
const DOT: [u8; 3] = [0xe8, 0x9a, 0x6c];
/// Samples a pixel and direction.
const SAMPLES: u32 = 4;

/// Draws the icons, or with `check` says whether they are as drawn.
pub fn run(place: &Place, check: bool) -> Result<()> {
    let mut files = Vec::new();
    for (name, side) in FILES {
        files.push((format!("src-tauri/icons/{name}"), png(*side)?));
    }
    files.push(("src-tauri/icons/icon.ico".to_owned(), ico(&png(256)?)?));
    check::settle(&place.root, &files, check, "icons")
}

/// Colour at a place of the unit square; none outside the tile.
fn colour(x: f64, y: f64) -> Option<[u8; 3]> {
    if !rounded(x, y, [0.03, 0.03, 0.97, 0.97], 0.21) {
        return None;
    }
    if (x - 0.715).hypot(y - 0.235) < 0.085 {
        return Some(DOT);
    }
    let bars = [[0.20, 0.60, 0.37, 0.80], [0.415, 0.48, 0.585, 0.80], [0.63, 0.36, 0.80, 0.80]];
    let on_bar = bars.into_iter().any(|bar| rounded(x, y, bar, 0.035));
    Some(if on_bar { BAR } else { TILE })
}

/// Whether a place is inside a rectangle (left, top, right, bottom) with round corners.
fn rounded(x: f64, y: f64, [left, top, right, bottom]: [f64; 4], radius: f64) -> bool {
    let outside = |v: f64, low: f64, high: f64| (low + radius - v).max(v - high + radius).max(0.0);
    outside(x, left, right).hypot(outside(y, top, bottom)) <= radius
}

fn pixel(side: u32, column: u32, row: u32) -> [u8; 4] {
    let mut sum = [0_u32; 3];
    let mut inside = 0;
    for sample in 0..SAMPLES * SAMPLES {
        let at =
            |cell: u32, part: u32| (f64::from(cell) + (f64::from(part) + 0.5) / f64::from(SAMPLES)) / f64::from(side);
        if let Some(colour) = colour(at(column, sample % SAMPLES), at(row, sample / SAMPLES)) {
            inside += 1;
            for (sum, part) in sum.iter_mut().zip(colour) {
                *sum += u32::from(part);
            }
        }
    }
    let part = |value: u32, of: u32| u8::try_from((value + of / 2) / of.max(1)).unwrap_or(u8::MAX);
    let [red, green, blue] = sum.map(|value| part(value, inside));
    [red, green, blue, part(inside * 255, SAMPLES * SAMPLES)]
}

fn png(side: u32) -> Result<Vec<u8>> {
    let mut pixels = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in 0..side {
        pixels.write_all(&[0])?;
        for column in 0..side {
            pixels.write_all(&pixel(side, column, row))?;
        }
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut size = side.to_be_bytes().repeat(2);
    // Eight bits of red, green, blue and opacity.
    size.extend([8, 6, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &size)?;
    chunk(&mut out, b"IDAT", &pixels.finish()?)?;
    chunk(&mut out, b"IEND", &[])?;
    Ok(out)
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) -> Result<()> {
    out.extend(u32::try_from(data.len())?.to_be_bytes());
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    out.extend(kind);
    out.extend(data);
    out.extend(sum.sum().to_be_bytes());
    Ok(())
}

/// Windows takes a PNG of 256 pixels a side as it is.
fn ico(png: &[u8]) -> Result<Vec<u8>> {
    let mut out = vec![0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0];
    out.extend(u32::try_from(png.len())?.to_le_bytes());
    out.extend(22_u32.to_le_bytes());
    out.extend(png);
    Ok(out)
}
