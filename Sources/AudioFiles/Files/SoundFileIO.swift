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

  private init(_ file: ByteFile) { self.file = file }

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
  var length: Int64 { Int64(file.byteCount) }

  /// Reads at an offset without moving the position; fewer bytes at the end of the file.
  func bytes(at offset: Int64, count: Int) -> [UInt8] { file.bytes(at: offset, count: count) }

  /// Closes the file once. Returns the first error since it was opened, or nil.
  func shut() -> String? {
    keepingFailure { () throws(ByteFileError) in try file.close() }
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
    return file.seek(to: offset, from: whence)
  }

  func fill(_ bytes: UnsafeMutableRawPointer?, count: Int64) -> Int64 {
    guard let bytes, count > 0 else { return 0 }
    var done = 0
    keepingFailure { () throws(ByteFileError) in
      while done < count {
        let got = try file.read(into: UnsafeMutableRawBufferPointer(start: bytes + done, count: Int(count) - done))
        if got == 0 { break }
        done += got
      }
    }
    return Int64(done)
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
