import ByteFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Decodes a .npy file, front to back.
struct NumPyDecoder {
  let name: String
  let byteCount: Int?
  let read: (UnsafeMutableRawBufferPointer) throws(NumPyError) -> Int
  /// Bytes taken so far.
  private var place = 0

  private static let chunkBytes = 64 * 1024

  init(
    name: String, byteCount: Int?,
    read: @escaping (UnsafeMutableRawBufferPointer) throws(NumPyError) -> Int
  ) {
    self.name = name
    self.byteCount = byteCount
    self.read = read
  }

  mutating func decode() throws(NumPyError) -> NumPyArray { try decode(try header()) }

  /// Reads everything after the header.
  mutating func decode(_ header: NumPyHeader) throws(NumPyError) -> NumPyArray {
    let (count, end) = try extent(of: header)
    if header.isFortranOrder, byteCount != nil { try requireMemory(count: 2 * count) }
    var conversion = header.element.conversion
    var values = try values(count: count, of: header.element, end: end, conversion: &conversion)
    if header.isFortranOrder { values = Self.cOrder(values, shape: header.shape) }
    try requireEnd(at: end)
    return NumPyArray(shape: header.shape, values: values, conversion: conversion)
  }

  /// The number of elements, and the position after the header where they end. Checked against the size of the file.
  mutating func extent(of header: NumPyHeader) throws(NumPyError) -> (count: Int, end: Int) {
    let count = try NumPyHeader.count(of: header.shape, name: name)
    let end = place + count * header.element.byteCount
    if let byteCount {
      guard byteCount >= end else { throw .truncated(name: name, expected: end, actual: byteCount) }
      guard byteCount == end else { throw .excess(name: name, expected: end, actual: byteCount) }
    }
    return (count, end)
  }

  /// Checks that no bytes follow, if the total size was not known.
  mutating func requireEnd(at end: Int) throws(NumPyError) {
    if byteCount == nil, try take(1).count > 0 {
      throw .excess(name: name, expected: end, actual: nil)
    }
  }

  /// A sparse file can claim any size without using the disk, and an array without memory would end the program.
  private func requireMemory(count: Int) throws(NumPyError) {
    let bytes = max(1, count * MemoryLayout<Float>.stride)
    guard bytes <= MemoryBudget.bytes, let probe = malloc(bytes) else { throw .memory(name: name, bytes: bytes) }
    free(probe)
  }

  // MARK: - Header

  mutating func header() throws(NumPyError) -> NumPyHeader {
    let magic = try take(NumPyHeader.magic.count)
    guard !magic.isEmpty, NumPyHeader.magic.starts(with: magic) else {
      throw .notNumPy(name: name, actual: Self.kind(magic))
    }
    let version = try take(upTo: 8)
    let lengthEnd: Int
    switch (version[0], version[1]) {
    case (1, 0): lengthEnd = 10
    case (2, 0), (3, 0): lengthEnd = 12
    default: throw .version(name: name, actual: "\(version[0]).\(version[1])")
    }
    let length = try take(upTo: lengthEnd).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= NumPyHeader.maximumBytes else {
      throw .headerTooLong(name: name, expected: NumPyHeader.maximumBytes, actual: length)
    }
    let start = place
    let text = try take(upTo: start + length)
    var parser = NumPyHeaderParser(name: name, bytes: text, start: start)
    return try parser.parse()
  }

  /// What kind of file this is, if not a .npy file.
  private static func kind(_ bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "an empty file" }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "a ZIP archive, as .npz files are" }
    return excerpt(bytes)
  }

  /// The bytes up to a place in the file; an error if the file ends earlier.
  private mutating func take(upTo end: Int) throws(NumPyError) -> [UInt8] {
    if let byteCount, byteCount < end {
      throw .truncated(name: name, expected: end, actual: byteCount)
    }
    let bytes = try take(end - place)
    guard place == end else { throw .truncated(name: name, expected: end, actual: place) }
    return bytes
  }

  /// `count` bytes, fewer only at the end.
  private mutating func take(_ count: Int) throws(NumPyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let filled = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(NumPyError) in
      try fill(UnsafeMutableRawBufferPointer(buffer))
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  private mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(NumPyError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let got = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      precondition((0...buffer.count - filled).contains(got), "the source returned \(got) bytes")
      if got == 0 { break }
      filled += got
    }
    place += filled
    return filled
  }

  // MARK: - Data

  /// The next elements in the file's order. `end` is the end of the whole array, for errors.
  mutating func values(
    count: Int, of element: NumPyElement, end: Int, conversion: inout NumPyConversion?
  ) throws(NumPyError) -> [Float] {
    var values: [Float] = []
    if byteCount != nil {
      try requireMemory(count: count)
      values.reserveCapacity(count)
    }
    let elementBytes = element.byteCount
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(Self.chunkBytes / elementBytes, max(1, count)) * elementBytes, alignment: 8)
    defer { bytes.deallocate() }
    while values.count < count {
      let wanted = min(bytes.count / elementBytes, count - values.count)
      let got = try fill(UnsafeMutableRawBufferPointer(rebasing: bytes[..<(wanted * elementBytes)]))
      guard got == wanted * elementBytes else {
        throw .truncated(name: name, expected: end, actual: place)
      }
      if element.isFloat {
        // Safe because the chunk is aligned, and any bits are a valid float.
        values.append(contentsOf: bytes.bindMemory(to: Float.self)[..<wanted])
      } else {
        for start in stride(from: 0, to: got, by: elementBytes) {
          let (float, isExact) = element.number(bytes.baseAddress! + start)
          values.append(float)
          conversion?.count(float, isExact: isExact)
        }
      }
    }
    return values
  }

  /// Reorders elements from Fortran order (first axis innermost) to C order (last axis innermost).
  ///
  /// The first axis is contiguous in the source and the last in the result, so for each place on the axes between, this
  /// transposes a matrix, in squares that fit the cache.
  static func cOrder(_ source: [Float], shape: [Int]) -> [Float] {
    guard shape.count > 1, !source.isEmpty else { return source }
    let rows = shape[0]
    let columns = shape[shape.count - 1]
    let between = Array(shape[1..<(shape.count - 1)])
    let plane = between.reduce(1, *)
    let side = 32
    return [Float](unsafeUninitializedCapacity: source.count) { target, initialized in
      source.withUnsafeBufferPointer { source in
        // The place on the axes between, in the order of the target, and its offset in the source.
        var indices = [Int](repeating: 0, count: between.count)
        for position in 0..<plane {
          var from = 0
          var step = rows
          for (index, size) in zip(indices, between) {
            from += index * step
            step *= size
          }
          for firstRow in stride(from: 0, to: rows, by: side) {
            for firstColumn in stride(from: 0, to: columns, by: side) {
              for row in firstRow..<min(rows, firstRow + side) {
                for column in firstColumn..<min(columns, firstColumn + side) {
                  target[(row * plane + position) * columns + column] =
                    source[from + row + column * rows * plane]
                }
              }
            }
          }
          for axis in between.indices.reversed() {
            indices[axis] += 1
            if indices[axis] < between[axis] { break }
            indices[axis] = 0
          }
        }
      }
      initialized = source.count
    }
  }
}
