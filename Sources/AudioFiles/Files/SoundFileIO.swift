import ByteFiles

/// The file that libsndfile reads or writes, and the first error that occurred.
///
/// libsndfile loses errors: MP3 on a full disk writes everything and closes with 0, Vorbis gives an error number
/// that does not exist, and a failed read looks like the end of the file. So it gets these functions instead of its
/// own, and they keep the actual error.
final class SoundFileIO {
  private let file: ByteFile
  /// The system's message for the first read or write that failed; nil if none did.
  private(set) var failure: String?
  /// Refuses to seek to the end, like a pipe. Makes the MP3 decoder read to the end of the data instead of stopping at
  /// a length that it guessed from the size of the file.
  var hidesEnd = false

  /// The part of the file that this is; nil: all of it.
  private let view: AudioPart?
  /// The place in the view of the next read.
  private var position: Int64 = 0

  private init(_ file: ByteFile, view: AudioPart? = nil) { (self.file, self.view) = (file, view) }

  /// A part of the file as if it were a file of its own. Several may be read at once.
  func part(_ part: AudioPart) -> SoundFileIO { SoundFileIO(file, view: part) }

  /// The same part, at its start.
  func again(hidesEnd: Bool) -> SoundFileIO {
    let io = SoundFileIO(file, view: view)
    io.hidesEnd = hidesEnd
    return io
  }

  /// Where the part begins in the file.
  var start: Int64 { view?.start ?? 0 }

  /// Opens a file to read. Never waits, not even for a pipe without a writer.
  static func reading(path: String) throws(AudioFileError) -> SoundFileIO {
    do {
      return SoundFileIO(try ByteFile.reading(path))
    } catch {
      throw .file(error)
    }
  }

  /// Creates a file, or empties it; readable too, for `repairHeader`. Devices that can seek (`/dev/null`) are allowed.
  static func writing(path: String) throws(AudioFileError) -> SoundFileIO {
    do {
      return SoundFileIO(try ByteFile.writing(path))
    } catch {
      throw .file(error)
    }
  }

  /// Size in bytes.
  var length: Int64 { view.map { Int64($0.header.count) + $0.count } ?? Int64(file.byteCount) }

  /// Reads at an offset of the file itself without moving the position; fewer bytes at its end.
  func bytes(at offset: Int64, count: Int) -> [UInt8] { file.bytes(at: offset, count: count) }

  /// Closes the file once; a part leaves that to the last of them. Returns the first error since it was opened, or nil.
  func shut() -> String? {
    if view == nil { keepingFailure { () throws(ByteFileError) in try file.close() } }
    return failure
  }

  private func keepingFailure(_ body: () throws(ByteFileError) -> Void) {
    do {
      try body()
    } catch {
      if failure == nil { failure = error.reason }
    }
  }

  // MARK: - What libsndfile calls

  func move(to offset: Int64, whence: Int32) -> Int64 {
    if hidesEnd, whence == ByteFile.end { return -1 }
    guard view != nil else { return file.seek(to: offset, from: whence) }
    let from = whence == ByteFile.end ? length : whence == ByteFile.current ? position : 0
    let (place, overflows) = from.addingReportingOverflow(offset)
    guard !overflows, place >= 0 else { return -1 }
    position = place
    return place
  }

  func fill(_ bytes: UnsafeMutableRawPointer?, count: Int64) -> Int64 {
    guard let bytes, count > 0 else { return 0 }
    guard view != nil else { return Int64(readFile(bytes, count: Int(count), at: nil)) }
    let wanted = min(count, length - position)
    guard wanted > 0 else { return 0 }
    let done = fillFromView(bytes, count: Int(wanted))
    position += Int64(done)
    return Int64(done)
  }

  /// Reads from the header, then from the file.
  private func fillFromView(_ bytes: UnsafeMutableRawPointer, count: Int) -> Int {
    guard let view else { return 0 }
    var done = 0
    if position < view.header.count {
      let first = Int(position)
      done = min(count, view.header.count - first)
      view.header.withUnsafeBytes { bytes.copyMemory(from: $0.baseAddress! + first, byteCount: done) }
      guard done < count else { return done }
    }
    let place = view.start + position + Int64(done - view.header.count)
    return done + readFile(bytes + done, count: count - done, at: place)
  }

  /// Reads at a place of the file, or at its position.
  private func readFile(_ bytes: UnsafeMutableRawPointer, count: Int, at place: Int64?) -> Int {
    var done = 0
    keepingFailure { () throws(ByteFileError) in
      while done < count {
        let rest = UnsafeMutableRawBufferPointer(start: bytes + done, count: count - done)
        let got =
          if let place { try file.read(into: rest, at: place + Int64(done)) } else { try file.read(into: rest) }
        if got == 0 { break }
        done += got
      }
    }
    return done
  }

  func drain(_ bytes: UnsafeRawPointer?, count: Int64) -> Int64 {
    // Nothing is written after the first failure: the file has a hole in it.
    guard let bytes, count > 0, failure == nil else { return 0 }
    keepingFailure { () throws(ByteFileError) in
      try file.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }
    return failure == nil ? count : 0
  }
}
