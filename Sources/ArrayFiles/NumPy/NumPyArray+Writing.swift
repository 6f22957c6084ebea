import ByteFiles

extension NumPyArray {
  /// Writes the array as version 1.0, `<f4`, in C order: the same bytes as `np.save` writes.
  ///
  /// Overwrites an existing file, and leaves an incomplete file if writing fails. To avoid both, write to a temporary
  /// name and rename.
  /// - Throws: `ByteFileError.unwritable`.
  public func write(to path: String) throws(ByteFileError) {
    let file = try ByteFile.writing(path)
    try file.write(elements: NumPyHeader.bytes(shape: shape))
    #if _endian(big)
      try file.write(elements: values.map { Float(bitPattern: $0.bitPattern.byteSwapped) })
    #else
      try file.write(elements: values)
    #endif
    try file.close()
  }
}
