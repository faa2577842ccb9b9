//! Files inside zip and tar archives, read where they lie: nothing is unpacked to the disk but Parquet files, which are
//! read from their end.
//!
//! A zip's directory says where each of its files begins. A tar has none: it is read through once to find them, and
//! again from its beginning for each where it is compressed. Archives are known by their first bytes, never by name.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crc32fast::Hasher;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use zip::CompressionMethod;

/// Files that are taken out of one archive.
const MOST_FILES: usize = 10_000;
/// An archive may unpack to this many times its size, and to [`ALWAYS`] in any case. Logs as repetitive as they come
/// shrink to about a hundredth.
const MOST_TIMES: u64 = 500;
const ALWAYS: u64 = 256 << 20;

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path in the archive.
    pub name: String,
    /// Its bytes, unpacked.
    pub bytes: u64,
    at: Place,
    /// Bytes that may be unpacked on the way to its end.
    limit: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Offset and length of the stored bytes, which may be deflated, and what their plain bytes sum up to.
    Zip { offset: u64, stored: u64, deflated: bool, crc: u32 },
    /// Offset in the unpacked tar.
    Tar { packed: Packed, offset: u64 },
}

/// How a tar is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packed {
    Not,
    Gzip,
    Zstd,
}

/// The files of an archive; `None` where the file is none.
///
/// # Errors
/// Where it cannot be read, is encrypted, or holds too much.
pub fn members(path: &Path) -> io::Result<Option<Vec<Member>>> {
    let size = std::fs::metadata(path)?.len();
    let limit = ALWAYS.max(size.saturating_mul(MOST_TIMES));
    let mut head = [0; 4];
    let read = read_full(&mut File::open(path)?, &mut head)?;
    match &head[..read] {
        [b'P', b'K', 3, 4] | [b'P', b'K', 5, 6] => zip(path, limit).map(Some),
        [0x1f, 0x8b, ..] => tar(path, Packed::Gzip, limit),
        [0x28, 0xb5, 0x2f, 0xfd] => tar(path, Packed::Zstd, limit),
        _ => tar(path, Packed::Not, limit),
    }
}

/// Opens a file of an archive.
///
/// # Errors
/// Where the archive cannot be read.
pub fn open(path: &Path, member: &Member) -> io::Result<Box<dyn Read + Send>> {
    Ok(match member.at {
        Place::Zip { offset, stored, deflated, crc } => {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            let raw = BufReader::new(file.take(stored));
            let plain: Box<dyn Read + Send> = if deflated { Box::new(DeflateDecoder::new(raw)) } else { Box::new(raw) };
            Box::new(Checked { inner: Bounded { inner: plain, left: member.limit }, sum: Hasher::new(), crc })
        }
        Place::Tar { packed, offset } => {
            let mut plain = unpacked(path, packed, member.limit, offset)?;
            if packed != Packed::Not {
                io::copy(&mut plain.by_ref().take(offset), &mut io::sink())?;
            }
            Box::new(plain.take(member.bytes))
        }
    })
}

fn zip(path: &Path, limit: u64) -> io::Result<Vec<Member>> {
    let mut archive = zip::ZipArchive::new(BufReader::new(File::open(path)?)).map_err(io::Error::other)?;
    let mut out = Vec::new();
    for at in 0..archive.len() {
        let file = archive.by_index_raw(at).map_err(io::Error::other)?;
        if file.is_dir() || !wanted(file.name()) {
            continue;
        }
        if file.encrypted() {
            return Err(io::Error::other(format!("{} in it is encrypted", file.name())));
        }
        let deflated = match file.compression() {
            CompressionMethod::STORE => false,
            CompressionMethod::DEFLATE => true,
            other => {
                return Err(io::Error::other(format!("{} in it is packed by {other}, not by deflate", file.name())));
            }
        };
        let (offset, stored) = (file.data_start(), file.compressed_size());
        // What a directory says can be wrong: no more than this is unpacked, whatever comes.
        let limit = limit.min(ALWAYS.max(stored.saturating_mul(MOST_TIMES)));
        let at = Place::Zip { offset, stored, deflated, crc: file.crc32() };
        push(&mut out, Member { name: file.name().to_owned(), bytes: file.size(), at, limit })?;
    }
    Ok(out)
}

fn tar(path: &Path, packed: Packed, limit: u64) -> io::Result<Option<Vec<Member>>> {
    // POSIX and GNU headers have this word here; older ones are not told from any other file.
    let mut block = [0; 512];
    let read = read_full(&mut unpacked(path, packed, limit, 0)?, &mut block).unwrap_or(0);
    if read < 512 || &block[257..262] != b"ustar" {
        return Ok(None);
    }
    let mut archive = tar::Archive::new(unpacked(path, packed, limit, 0)?);
    let mut out = Vec::new();
    for entry in archive.entries()? {
        let entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type().is_file() && wanted(&name) {
            let at = Place::Tar { packed, offset: entry.raw_file_position() };
            push(&mut out, Member { name, bytes: entry.size(), at, limit })?;
        }
    }
    Ok(Some(out))
}

fn push(out: &mut Vec<Member>, member: Member) -> io::Result<()> {
    if out.len() >= MOST_FILES {
        return Err(io::Error::other(format!("it holds more than {MOST_FILES} files")));
    }
    out.push(member);
    Ok(())
}

/// Not what systems and editors leave beside the files.
fn wanted(name: &str) -> bool {
    !name.split(['/', '\\']).any(|part| part == "__MACOSX" || (part.starts_with('.') && part.len() > 1))
}

/// The bytes of a tar; one that is not compressed from `offset` on.
fn unpacked(path: &Path, packed: Packed, limit: u64, offset: u64) -> io::Result<Bounded<Box<dyn Read + Send>>> {
    let mut file = File::open(path)?;
    let inner: Box<dyn Read + Send> = match packed {
        Packed::Not => {
            file.seek(SeekFrom::Start(offset))?;
            Box::new(BufReader::new(file))
        }
        Packed::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(file))),
        Packed::Zstd => Box::new(zstd::stream::read::Decoder::new(file)?),
    };
    Ok(Bounded { inner, left: if packed == Packed::Not { u64::MAX } else { limit } })
}

fn read_full(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match from.read(&mut into[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Ends with an error where more is unpacked than any honest archive holds.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::other(format!("it unpacks to more than {MOST_TIMES} times its size, as only a bomb does"))
        })?;
        Ok(read)
    }
}

/// Ends with an error where the bytes are not those that were packed.
struct Checked<R> {
    inner: R,
    sum: Hasher,
    crc: u32,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.sum.update(&into[..read]);
        if read == 0 && !into.is_empty() && self.sum.clone().finalize() != self.crc {
            return Err(io::Error::other("its bytes are not those that were packed"));
        }
        Ok(read)
    }
}
