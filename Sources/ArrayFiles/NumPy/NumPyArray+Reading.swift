import ByteFiles

extension NumPyArray {
  /// Reads a .npy file of version 1.0, 2.0 or 3.0 with floats of 16, 32 or 64 bits, integers of 8 to 64 bits or booleans,
  /// of either byte order, in C or Fortran order. What 32-bit floats cannot hold is rounded (see `conversion`).
  ///
  /// Allocates nothing for sizes that the header claims before the file's size has confirmed them.
  /// - Parameters:
  ///   - path: A regular file.
  ///   - maximumBytes: A larger file is an error. Default: 64 GiB.
  /// - Throws: `NumPyError`.
  /// - Complexity: One pass over the file; Fortran order needs twice the memory of the values.
  public init(contentsOf path: String, maximumBytes: Int = 64 << 30) throws(NumPyError) {
    let file = try NumPyError.file { () throws(ByteFileError) in
      try ByteFile.reading(path, maximumBytes: maximumBytes)
    }
    self = try NumPyArray(name: path, byteCount: file.byteCount) { (buffer) throws(NumPyError) in
      try NumPyError.file { () throws(ByteFileError) in try file.read(into: buffer) }
    }
  }

  /// Reads the bytes of a .npy file.
  ///
  /// - Parameter name: The name in errors. Default: "the array".
  /// - Throws: `NumPyError`.
  public init(bytes: [UInt8], name: String = "the array") throws(NumPyError) {
    var place = 0
    self = try NumPyArray(name: name, byteCount: bytes.count) { buffer in
      let count = min(buffer.count, bytes.count - place)
      bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[place..<place + count])) }
      place += count
      return count
    }
  }

  /// Reads from a source of bytes, to its end.
  ///
  /// - Parameters:
  ///   - name: Its name in errors.
  ///   - byteCount: The total number of bytes; nil if unknown, and then memory grows with the data received, up to
  ///     the size that the header claims.
  ///   - read: Fills the front of the buffer and returns the number of bytes, at least 1; 0 at the end.
  /// - Throws: `NumPyError`, and what `read` throws.
  public init(
    name: String, byteCount: Int?, read: (UnsafeMutableRawBufferPointer) throws(NumPyError) -> Int
  ) throws(NumPyError) {
    // Safe because: without escaping, the closure lives as long as the decoder that holds it.
    self = try withoutActuallyEscaping(read) { (read) throws(NumPyError) in
      var decoder = NumPyDecoder(name: name, byteCount: byteCount, read: read)
      return try decoder.decode()
    }
  }
}
