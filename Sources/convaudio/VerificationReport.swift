import ConvAudioKit

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What `convaudio verify` found, for people and for programs.
struct VerificationReport {
  let subject: String
  let proof: ChainVerification
  /// The output against another program's.
  let reference: SignalDifference?

  var holds: Bool { proof.holds && (reference.map { $0.errorDecibels <= proof.toleranceDecibels } ?? true) }

  /// A line a fact.
  var text: String {
    var lines = ["\(subject): \(proof.frames) frames"]
    if let field = proof.receptiveFieldFrames, field > proof.frames {
      lines.append(
        "  receptive field    \(field) frames, of which the input reaches only \(proof.frames); see --frames")
    }
    if proof.cuttingsAgree {
      let ways = proof.cuttings.map { "\($0.cutting)" }.joined(separator: ", ")
      lines.append("  block sizes        same bits: \(ways)")
    } else {
      for way in proof.cuttings {
        let verdict =
          way.difference.map { "differ from frame \($0.frame) of channel \($0.channel + 1) on" } ?? "same bits"
        lines.append("  \(way.cutting): \(verdict)")
      }
    }
    lines += describe(proof.difference, as: "double precision", allowed: proof.isExact)
    if let share = proof.shareOfBound {
      lines.append("  rounding           at most \(Self.short(share)) of what Float32 can do to any sample")
    }
    if let reference {
      lines += describe(reference, as: "reference", allowed: reference.errorDecibels <= proof.toleranceDecibels)
    }
    lines.append(holds ? "holds" : "does not hold")
    return lines.joined(separator: "\n") + "\n"
  }

  private func describe(_ difference: SignalDifference, as name: String, allowed: Bool) -> [String] {
    let padded = name + String(repeating: " ", count: max(1, 19 - name.count))
    let error = difference.errorToSignalRatio == 0 ? "none" : "\(rounded(difference.errorDecibels, 1)) dB"
    let place = difference.largestErrorPlace.map { " in frame \($0.frame) of channel \($0.channel + 1)" } ?? ""
    return [
      "  \(padded)error \(error)\(allowed ? "" : ", expected at most \(rounded(proof.toleranceDecibels, 1)) dB")",
      "                     error to signal \(Self.short(difference.errorToSignalRatio)), largest \(Self.short(difference.largestError))\(place)",
      "                     level \(rounded(difference.levelDecibels, 6)) dB, peak \(rounded(difference.peakDecibels, 6)) dB",
    ]
  }

  /// Three significant digits.
  private static func short(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "\(value)" }
    let exponent = Int(floor(log10(abs(value))))
    guard !(-3..<4).contains(exponent) else { return rounded(value, max(0, 2 - exponent)) }
    return rounded(value / pow(10, Double(exponent)), 2) + "e\(exponent)"
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let entry = Entry(
      subject: subject, frames: proof.frames, holds: holds,
      cuttings: proof.cuttings.map { Entry.Cutting(blocks: "\($0.cutting)", sameBits: $0.difference == nil) },
      doublePrecision: Entry.Difference(proof.difference), shareOfRoundingBound: proof.shareOfBound,
      reference: reference.map(Entry.Difference.init))
    guard let data = try? encoder.encode(entry) else { return "" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  private struct Entry: Encodable {
    struct Cutting: Encodable {
      let blocks: String
      let sameBits: Bool
    }
    struct Difference: Encodable {
      let errorDecibels: Double
      let errorToSignalRatio: Double
      let largestError: Double
      let levelDecibels: Double
      let peakDecibels: Double

      init(_ difference: SignalDifference) {
        errorDecibels = difference.errorDecibels
        errorToSignalRatio = difference.errorToSignalRatio
        largestError = difference.largestError
        levelDecibels = difference.levelDecibels
        peakDecibels = difference.peakDecibels
      }
    }
    let subject: String
    let frames: Int
    let holds: Bool
    let cuttings: [Cutting]
    let doublePrecision: Difference
    let shareOfRoundingBound: Double?
    let reference: Difference?
  }
}
