import Convolution
import ModelFormats

extension ConvolutionCosts {
  /// The largest table that is read.
  public static let maximumFileBytes = 1 << 16

  /// Reads a table of costs that `convaudio tune` wrote.
  ///
  /// - Throws: `ModelFormatError` when it is no file or too large, `ConvolutionCostsError` when it is something else.
  public init(contentsOf path: String) throws {
    let bytes = try modelBytes(of: path, maximumBytes: Self.maximumFileBytes)
    try self.init(text: String(decoding: bytes, as: UTF8.self))
  }
}
