import CSndFile
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Owns one libsndfile handle and the descriptor beneath it. The only place that holds the raw pointer.
///
/// Safe because: the handle is closed exactly once (`close` or `deinit`); `io`, which libsndfile knows as an
/// unretained pointer, is a `let` of this object and so outlives the handle; buffers are passed with their actual
/// length.
final class SoundFile {
  private var handle: OpaquePointer?
  let io: SoundFileIO
  /// What libsndfile found, or was told to write.
  private(set) var header: SF_INFO

  /// While a file is opened libsndfile keeps the error number and log of the failure in globals.
  private static let opening = Mutex<Void>(())

  /// Opens a file whose descriptor is at its start.
  ///
  /// - Parameter header: All zero to read; rate, channels and format to write.
  /// - Throws: libsndfile's error number and words, through `failure`.
  init(
    io: SoundFileIO, mode: Int, header: SF_INFO, failure: (Int32, String) -> AudioFileError
  ) throws(AudioFileError) {
    self.io = io
    self.header = header
    var callbacks = Self.callbacks
    let context = Unmanaged.passUnretained(io).toOpaque()
    var code: Int32 = 0
    var words = ""
    var filled = header
    let opened = Self.opening.withLock { _ -> Bool in
      handle = sf_open_virtual(&callbacks, Int32(mode), &filled, context)
      if handle == nil {
        code = sf_error(nil)
        words = Self.words(sf_strerror(nil))
      }
      return handle != nil
    }
    self.header = filled
    guard opened else { throw failure(code, io.failure ?? words) }
  }

  deinit { _ = close() }

  /// Closes handle and descriptor once. Returns the first error, including one of the last bytes written, or nil.
  ///
  /// - Parameter repair: Runs between the two, after libsndfile has written its header. Default: nothing.
  func close(repair: (SoundFileIO) -> Void = { _ in }) -> String? {
    guard let handle else { return nil }
    self.handle = nil
    let code = sf_close(handle)
    repair(io)
    if let reason = io.shut() { return reason }
    return code == 0 ? nil : Self.words(sf_error_number(code))
  }

  /// The file's current error, or nil.
  var trouble: String? {
    if let reason = io.failure { return reason }
    guard let handle, sf_error(handle) != 0 else { return nil }
    return Self.words(sf_strerror(handle))
  }

  /// Reads interleaved frames. Returns the number of frames read.
  func read(_ samples: UnsafeMutablePointer<Float>, frames: Int) -> Int {
    handle.map { Int(sf_readf_float($0, samples, sf_count_t(frames))) } ?? 0
  }

  /// Writes interleaved frames. Returns the number of frames written.
  func write(_ samples: UnsafePointer<Float>, frames: Int) -> Int {
    handle.map { Int(sf_writef_float($0, samples, sf_count_t(frames))) } ?? 0
  }

  /// Writes interleaved frames of integers whose top bit is the sign: libsndfile keeps the upper bits.
  func write(_ samples: UnsafePointer<Int32>, frames: Int) -> Int {
    handle.map { Int(sf_writef_int($0, samples, sf_count_t(frames))) } ?? 0
  }

  /// Switches one of libsndfile's Boolean settings.
  func set(_ command: Int, to isOn: Bool) {
    guard let handle else { return }
    _ = sf_command(handle, Int32(command), nil, Int32(isOn ? SF_TRUE : SF_FALSE))
  }

  /// Writes the header of a file without frames, which FLAC and MP3 otherwise leave out.
  func writeHeader() {
    guard let handle else { return }
    _ = sf_command(handle, Int32(SFC_UPDATE_HEADER_NOW), nil, 0)
  }

  /// Text metadata of a file that is read.
  func text() -> [AudioText: String] {
    guard let handle else { return [:] }
    var text: [AudioText: String] = [:]
    for field in AudioText.allCases {
      guard let bytes = sf_get_string(handle, field.sndfileKey), bytes.pointee != 0 else { continue }
      text[field] = Self.decoded(UnsafeBufferPointer(start: bytes, count: strlen(bytes)))
    }
    return text
  }

  /// Sets a field of a file that is written, before its first frame. False: the container has no place for it.
  func setText(_ field: AudioText, to value: String) -> Bool {
    handle.map { sf_set_string($0, field.sndfileKey, value) == 0 } ?? false
  }

  /// Decodes UTF-8, or Latin-1 if the bytes are not UTF-8: WAV and ID3 tags of older programs.
  static func decoded(_ bytes: UnsafeBufferPointer<CChar>) -> String {
    let bytes = bytes.map(UInt8.init(bitPattern:))
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }

  /// libsndfile's message without its "Error :" and full stop, to be quoted in ours.
  private static func words(_ text: UnsafePointer<CChar>?) -> String {
    var text = text.map { String(cString: $0) } ?? "unknown error"
    for prefix in ["Internal error : ", "System error : ", "Error : "] where text.hasPrefix(prefix) {
      text.removeFirst(prefix.count)
    }
    while text.hasSuffix(".") || text.hasSuffix(" ") { text.removeLast() }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  private static let callbacks = SF_VIRTUAL_IO(
    get_filelen: { SoundFileIO.from($0).length },
    seek: { SoundFileIO.from($2).move(to: $0, whence: $1) },
    read: { SoundFileIO.from($2).fill($0, count: $1) },
    write: { SoundFileIO.from($2).drain($0, count: $1) },
    tell: { SoundFileIO.from($0).move(to: 0, whence: SEEK_CUR) })
}

extension SoundFileIO {
  fileprivate static func from(_ context: UnsafeMutableRawPointer?) -> SoundFileIO {
    // Never nil: it is the pointer that `SoundFile.init` gave.
    Unmanaged<SoundFileIO>.fromOpaque(context!).takeUnretainedValue()
  }
}
