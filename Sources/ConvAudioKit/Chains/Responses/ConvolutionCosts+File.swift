import Convolution
import ModelFormats

extension ConvolutionCosts {
  /// The largest table that is read.
  public static let maximumFileBytes = 1 << 16

  /// Reads a cost table, as `ConvolutionCosts.text` writes it.
  ///
  /// - Throws: `ByteFileError` when it cannot be read or is too large, `ConvolutionCostsError` when it is not a cost table.
  public init(contentsOf path: String) throws {
    let bytes = try modelBytes(of: path, maximumBytes: Self.maximumFileBytes)
    try self.init(text: String(decoding: bytes, as: UTF8.self))
  }
}
