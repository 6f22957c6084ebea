import AudioFiles
import Resampling

/// Why a file, or a batch of files, cannot be processed.
public enum ProcessingError: Error, Equatable, Sendable {
  /// The file's sample rate is not the chain's, and the settings reject it.
  case sampleRate(path: String, expectedHz: Int, actualHz: Int, chain: Chain.Label)
  /// The file cannot be resampled to the chain's rate and back.
  case resampling(path: String, chain: Chain.Label, reason: ResamplingError)
  /// The chain cannot be stretched to the file's sample rate.
  case stretching(path: String, chain: Chain.Label, reason: ChainError)
  /// The output's extension is not that of an audio format.
  case unknownExtension(path: String)
  /// The output's container cannot hold this sample format, rate, length or number of channels.
  case format(path: String, reason: AudioFileError)
  /// Somebody asked to stop.
  case cancelled(path: String)
  /// Two inputs have the same output.
  case collision(output: String, first: String, second: String)
  /// Two chains have the same output for one input.
  case chainCollision(output: String, input: String, first: String, second: String)
  /// An input has the name of another input's output, and would count as that one when existing outputs are skipped.
  case countsInput(output: String, of: String)
  /// An input would be replaced by its own output.
  case ownInput(output: String)
  /// An input would be replaced by the output of another.
  case replacesInput(output: String, of: String)
}

extension ProcessingError: CustomStringConvertible {
  /// The error in one sentence.
  public var description: String {
    switch self {
    case .sampleRate(let path, let expected, let actual, let chain):
      "\(path): has a sample rate of \(actual) Hz, but \(chain) was made for \(expected) Hz."
    case .resampling(let path, let chain, let reason):
      "\(path): cannot be resampled to the rate of \(chain) and back: \(reason)"
    case .stretching(let path, let chain, let reason):
      "\(path): the dilations of \(chain) cannot be stretched to its sample rate: \(reason)"
    case .unknownExtension(let path):
      "\(path): has no known extension, expected wav, rf64, w64, aiff, caf, au, flac, ogg, opus or mp3."
    case .format(let path, let reason): "\(path): \(reason)"
    case .cancelled(let path): "\(path): interrupted; nothing was written."
    case .collision(let output, let first, let second) where first == second:
      "\(output): would be written for \(first) more than once; name it once."
    case .collision(let output, let first, let second):
      "\(output): would be written for both \(first) and \(second); process them into different folders."
    case .chainCollision(let output, let input, let first, let second) where first == second:
      "\(output): would be written for \(input) through two models called \(first); process them into different folders."
    case .chainCollision(let output, let input, let first, let second):
      "\(output): would be written for \(input) through both \(first) and \(second); put {model} into the name."
    case .countsInput(let output, let input):
      "\(output): is an input, and would count as the output of \(input); leave it out, or write into another folder."
    case .ownInput(let output): "\(output): is the input, which must not be lost; choose another name."
    case .replacesInput(let output, let input):
      "\(output): is an input, and would be replaced by the output of \(input); leave one of them out."
    }
  }
}
