/// One path from an input channel to an output channel.
///
/// ```
/// y[output][t] += gain · Σ_k response[k] · x[input][t − delayFrames − k]
/// ```
public struct ResponsePath: Hashable, Sendable {
  /// Input channel.
  public var input: Int
  /// Output channel that the result is added to.
  public var output: Int
  /// Index of the response in the matrix.
  public var response: Int
  /// Frames of silence before the response.
  public var delayFrames: Int
  /// Gain as a factor, not in decibels.
  public var gain: Double

  /// A path from an input channel through a response to an output channel.
  public init(input: Int, output: Int, response: Int, delayFrames: Int = 0, gain: Double = 1) {
    self.input = input
    self.output = output
    self.response = response
    self.delayFrames = delayFrames
    self.gain = gain
  }
}

/// Impulse responses, and the paths from inputs to outputs that use them.
///
/// ```swift
/// let hall = try ResponseMatrix.perChannel([left, right])
/// let convolver = try PartitionedConvolver(hall, maximumBlockFrames: 64)
/// ```
/// Paths may share a response; its spectra are then stored once. Leading and trailing zeros are kept.
public struct ResponseMatrix: Hashable, Sendable {
  /// Number of input channels.
  public let inputChannels: Int
  /// Number of output channels. One without a path is silent.
  public let outputChannels: Int
  /// The impulse responses, in time order.
  public let responses: [[Float]]
  /// The paths, in the order in which they are added.
  public let paths: [ResponsePath]

  /// Longest response with its delay, in frames: 93 minutes at 48 kHz.
  public static let maximumFrames = 1 << 28
  /// Most channels on either side.
  public static let maximumChannels = 1024

  /// - Throws: `ResponseError` for no channel or too many, an empty response or one with NaN or infinity in it, a path
  ///   whose ends do not exist, a gain that is not finite, or a delay that is negative or too long.
  public init(
    inputChannels: Int, outputChannels: Int, responses: [[Float]], paths: [ResponsePath]
  ) throws(ResponseError) {
    for (side, count) in [("input", inputChannels), ("output", outputChannels)]
    where !(1...Self.maximumChannels).contains(count) {
      throw .channels(side: side, expected: 1...Self.maximumChannels, actual: count)
    }
    for (index, response) in responses.enumerated() {
      guard !response.isEmpty else { throw .empty(response: index) }
      if let frame = response.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(response: index, frame: frame)
      }
    }
    for (index, path) in paths.enumerated() {
      for (what, value, count) in [
        ("input", path.input, inputChannels), ("output", path.output, outputChannels),
        ("response", path.response, responses.count),
      ] where !(0..<count).contains(value) {
        throw .path(index, what: what, expected: 0..<count, actual: value)
      }
      guard path.gain.isFinite else { throw .gain(path: index) }
      guard path.delayFrames >= 0 else { throw .delay(path: index, actual: path.delayFrames) }
      let (frames, overflow) = path.delayFrames.addingReportingOverflow(responses[path.response].count)
      guard !overflow, frames <= Self.maximumFrames else {
        throw .tooLong(path: index, maximumFrames: Self.maximumFrames)
      }
    }
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.responses = responses
    self.paths = paths
  }

  /// The same response on each of `channels` channels.
  public static func mono(_ response: [Float], channels: Int = 1) throws(ResponseError) -> ResponseMatrix {
    try ResponseMatrix(
      inputChannels: channels, outputChannels: channels, responses: [response],
      paths: (0..<max(channels, 0)).map { ResponsePath(input: $0, output: $0, response: 0) })
  }

  /// Channel c through response c; with two responses, stereo.
  public static func perChannel(_ responses: [[Float]]) throws(ResponseError) -> ResponseMatrix {
    try ResponseMatrix(
      inputChannels: responses.count, outputChannels: responses.count, responses: responses,
      paths: responses.indices.map { ResponsePath(input: $0, output: $0, response: $0) })
  }

  /// One input through every response, each to an output of its own.
  public static func fanOut(_ responses: [[Float]]) throws(ResponseError) -> ResponseMatrix {
    try ResponseMatrix(
      inputChannels: 1, outputChannels: responses.count, responses: responses,
      paths: responses.indices.map { ResponsePath(input: 0, output: $0, response: $0) })
  }

  /// Every input to every output. `responses` lists, for input 0, the responses to all outputs, then those of input 1,
  /// and so on: for true stereo left to left, left to right, right to left, right to right.
  public static func full(
    _ responses: [[Float]], inputChannels: Int, outputChannels: Int
  ) throws(ResponseError) -> ResponseMatrix {
    let (count, overflow) = inputChannels.multipliedReportingOverflow(by: outputChannels)
    guard !overflow, responses.count == count, inputChannels > 0, outputChannels > 0 else {
      throw .responseCount(expected: overflow ? .max : count, actual: responses.count)
    }
    return try ResponseMatrix(
      inputChannels: inputChannels, outputChannels: outputChannels, responses: responses,
      paths: responses.indices.map {
        ResponsePath(input: $0 / outputChannels, output: $0 % outputChannels, response: $0)
      })
  }

  private init(responses: [[Float]], paths: [ResponsePath]) {
    (inputChannels, outputChannels) = (1, 1)
    (self.responses, self.paths) = (responses, paths)
  }

  /// These paths, from a mono input to a mono output.
  func mono(paths indices: [Int]) -> ResponseMatrix {
    ResponseMatrix(
      responses: responses,
      paths: indices.map {
        var path = paths[$0]
        (path.input, path.output) = (0, 0)
        return path
      })
  }

  /// Frames of the longest path: response and delay. At least 1.
  public var frames: Int {
    paths.map { $0.delayFrames + responses[$0.response].count }.max() ?? 1
  }
}
