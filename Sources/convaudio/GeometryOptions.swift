import ArgumentParser
import ConvAudioKit

/// Options for how a kernel moves over its input.
struct GeometryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Step between outputs, in inputs; with --transposed, step between inputs, in outputs.",
      valueName: "list"))
  var stride = "1"

  @Option(
    help: ArgumentHelp("Step between kernel weights, in inputs.", valueName: "list"))
  var dilation = "1"

  @Option(
    help: ArgumentHelp(
      """
      valid (none), same (PyTorch, stride 1), same-upper or same-lower (ONNX, any stride), full (every position that \
      touches the input), causal (only before), a number for both sides, or before:after; a list of these. With \
      --transposed only numbers: how many outputs to drop on both sides.
      """, valueName: "list"))
  var padding = "valid"

  @Option(help: "What to pad with (default: zeros).")
  var mode: ModeName?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Pad with this number; used instead of --mode.", valueName: "number"))
  var constant: Float?

  @Option(
    help:
      "Number of equal groups that the channels are divided into; as many as channels is depthwise."
  )
  var groups = 1

  @Flag(
    help: "Transposed convolution, with a kernel [input channels, output channels / groups, axes…]."
  )
  var transposed = false

  @Option(
    help: ArgumentHelp(
      "Outputs to add at the end of each axis with --transposed; less than its stride or dilation (default: 0).",
      valueName: "list"))
  var outputPadding: String?

  @Flag(help: "Mirror the kernel along all axes (mathematical convolution).")
  var flip = false

  @Option(
    help: """
      Number of axes to convolve, 1 to 6. 3 takes a kernel of three axes as one without channel axes (default: all \
      axes of a kernel of one or two, else all but the first two).
      """)
  var rank: Int?

  enum ModeName: String, ExpressibleByArgument, CaseIterable {
    case zeros, reflect, replicate, circular
  }

  func validate() throws {
    _ = try convolution(threads: 1)
    if let mode, constant != nil {
      throw ValidationError(
        "--constant and --mode \(mode.rawValue) cannot be combined.")
    }
    if let rank, !(1...ConvolutionGeometry.maximumRank).contains(rank) {
      throw ValidationError("--rank is \(rank), expected 1 to \(ConvolutionGeometry.maximumRank).")
    }
    guard transposed else {
      if outputPadding != nil {
        throw ValidationError("--output-padding needs --transposed.")
      }
      return
    }
    if flip {
      throw ValidationError("--flip and --transposed cannot be combined.")
    }
    if constant != nil || (mode ?? .zeros) != .zeros {
      throw ValidationError(
        "--transposed does not pad; leave --mode and --constant out."
      )
    }
  }

  /// - Throws: `ValidationError`.
  func convolution(threads: Int) throws -> ArrayConvolution {
    var convolution = ArrayConvolution()
    convolution.stride = try numbers(stride, "--stride")
    convolution.dilation = try numbers(dilation, "--dilation")
    convolution.padding = try paddings()
    convolution.mode =
      switch mode ?? .zeros {
      case .zeros: constant.map { .constant($0) } ?? .zeros
      case .reflect: .reflect
      case .replicate: .replicate
      case .circular: .circular
      }
    convolution.groups = groups
    convolution.isMirrored = flip
    convolution.rank = rank
    convolution.threads = threads
    if transposed {
      convolution.direction = .transposed(
        outputPadding: try numbers(outputPadding ?? "0", "--output-padding"))
    }
    return convolution
  }

  private static let paddingNames: [(name: String, padding: Padding)] = [
    ("valid", .valid), ("same", .same), ("same-upper", .sameUpper), ("same-lower", .sameLower),
    ("full", .full),
    ("causal", .causal),
  ]

  private func paddings() throws -> [Padding] {
    try padding.split(separator: ",", omittingEmptySubsequences: false).map { part in
      // With --transposed the only name is valid: no output is dropped.
      let names = Self.paddingNames.filter { !transposed || $0.padding == .valid }
      if let known = names.first(where: { $0.name == part }) { return known.padding }
      let sides = part.split(separator: ":", omittingEmptySubsequences: false).map {
        Int(String($0))
      }
      guard sides.count <= 2, let before = sides.first ?? nil, let after = sides.last ?? nil else {
        let known = names.map(\.name).joined(separator: ", ")
        throw ValidationError(
          "--padding is \(shown(padding)), expected \(known), or numbers such as 1, 1,2 or 1:2"
            + (transposed ? " with --transposed." : "."))
      }
      return .explicit(before: before, after: after)
    }
  }

  private func numbers(_ list: String, _ option: String) throws -> [Int] {
    let numbers = list.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.allSatisfy({ $0 != nil }) else {
      throw ValidationError("\(option) is \(shown(list)), expected whole numbers such as 2 or 2,1.")
    }
    return numbers.compactMap { $0 }
  }

  private func shown(_ value: String) -> String { value.isEmpty ? "empty" : value }
}
