import ArgumentParser
import ConvAudioKit

/// The options that say how a kernel goes over its input.
struct GeometryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Inputs between neighbouring outputs; with --transposed, outputs between neighbouring inputs.",
      valueName: "list"))
  var stride = "1"

  @Option(
    help: ArgumentHelp("Positions between neighbouring numbers of the kernel.", valueName: "list"))
  var dilation = "1"

  @Option(
    help: ArgumentHelp(
      """
      valid (none), same (PyTorch's, stride 1), same-upper or same-lower (ONNX's, any stride), full (all that touches \
      the input), causal (before alone), or a number for both sides, or before:after; a list of these. With \
      --transposed numbers alone: outputs that are left out on the two sides.
      """, valueName: "list"))
  var padding = "valid"

  @Option(help: "What stands in the padding. Default: zeros.")
  var mode: ModeName?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A number that stands in the padding, instead of a --mode.", valueName: "number"))
  var constant: Float?

  @Option(
    help:
      "Independent parts of equal size that the channels are divided into; as many as channels: depthwise."
  )
  var groups = 1

  @Flag(
    help: "Transposed convolution: the kernel is [input channels, output channels / groups, axes…]."
  )
  var transposed = false

  @Option(
    help: ArgumentHelp(
      "Outputs added at the end of each axis by --transposed, fewer than its stride or dilation. (default: 0)",
      valueName: "list"))
  var outputPadding: String?

  @Flag(help: "Mirror the kernel along all axes: the mathematical convolution.")
  var flip = false

  @Option(
    help: """
      Axes that the kernel goes along, 1 to 6: 3 makes a kernel of three axes one without channel axes. Default: all \
      of its one or two, or all but the first two.
      """)
  var rank: Int?

  enum ModeName: String, ExpressibleByArgument, CaseIterable {
    case zeros, reflect, replicate, circular
  }

  func validate() throws {
    _ = try convolution(threads: 1)
    if let mode, constant != nil {
      throw ValidationError(
        "--constant and --mode \(mode.rawValue) both say what stands in the padding, expected one.")
    }
    if let rank, !(1...ConvolutionGeometry.maximumRank).contains(rank) {
      throw ValidationError("--rank is \(rank), expected 1 to \(ConvolutionGeometry.maximumRank).")
    }
    guard transposed else {
      if outputPadding != nil {
        throw ValidationError("--output-padding goes with --transposed alone.")
      }
      return
    }
    if flip {
      throw ValidationError("--flip does not go with --transposed, which has its kernel as it is.")
    }
    if constant != nil || (mode ?? .zeros) != .zeros {
      throw ValidationError(
        "--transposed has no padding that anything could stand in; leave --mode and --constant out."
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
      // Transposed, valid is all that a name can mean: nothing is left out.
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
