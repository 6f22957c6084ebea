/// The flat list of weights of a `.nam` file, consumed from the front.
///
/// Requests beyond the end return nothing, but are counted. A single walk through the configuration therefore either
/// builds the network or finds the number of weights that it needs, without allocating memory for networks that a file
/// only claims to hold.
struct NAMWeightList {
  private let values: [Float]
  /// The number of weights requested so far.
  private(set) var asked = 0

  init(_ values: [Float]) { self.values = values }

  /// The next `count` weights; empty when fewer remain.
  mutating func take(_ count: Int) -> [Float] {
    let start = asked
    // The limits of the reader keep the sum of all layers below 2^60.
    asked += count
    return asked <= values.count ? Array(values[start..<asked]) : []
  }

  /// The next weight; 0 when none remain.
  mutating func takeOne() -> Float { take(1).first ?? 0 }

  /// The next convolution: first its weights, then its bias.
  mutating func take(
    from inputs: Int, to outputs: Int, kernelSize: Int = 1, dilation: Int = 1, groups: Int = 1, bias: Bool
  ) -> NAMConvolution {
    let weights = take(outputs * (inputs / groups) * kernelSize)
    return NAMConvolution(
      outputChannels: outputs, inputChannels: inputs, kernelSize: kernelSize, dilation: dilation, groups: groups,
      weights: weights, bias: bias ? take(outputs) : nil)
  }

  /// Checks that exactly all weights were used.
  func finish(at object: JSONObject) throws(ModelFormatError) {
    guard asked == values.count else {
      throw .invalidValue(
        file: object.file, path: object.place(of: "weights"),
        expected: "an array of \(asked) numbers, as config requires",
        actual: "an array of \(values.count)")
    }
  }
}

extension JSONNode {
  /// An array of numbers that are finite as Float32.
  ///
  /// Reads the values directly, because a path for each of a hundred thousand numbers would cost more than reading
  /// them.
  func floats() throws(ModelFormatError) -> [Float] {
    guard case .array(let elements) = value else { throw failure(expected: "an array of numbers") }
    var numbers: [Float] = []
    numbers.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      let number: Float
      switch element {
      case .number(let double): number = Float(double)
      case .integer(let integer): number = Float(integer)
      default: number = .nan
      }
      guard number.isFinite else {
        let node = JSONNode(value: element, file: file, path: "\(path)[\(index)]")
        numbers.append(try node.float())
        continue
      }
      numbers.append(number)
    }
    return numbers
  }
}

extension JSONObject {
  /// A value that is neither absent nor null.
  func present(_ key: String) -> JSONNode? {
    optional(key).flatMap { $0.value == .null ? nil : $0 }
  }
}
