package org.steadygrad.spec;

import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** Where the examples come from. */
public sealed interface DataSpec
        permits DataSpec.Text,
                DataSpec.Csv,
                DataSpec.Series,
                DataSpec.Idx,
                DataSpec.PianoRoll,
                DataSpec.Adding,
                DataSpec.CopyMemory,
                DataSpec.TemporalOrder,
                DataSpec.Spirals {

    /** Share of the data that is kept for validation; 1 leaves nothing to train on, and evaluates all of it. */
    default double validation() {
        return 0;
    }

    /** With each row as an example of its own, where rows could be time steps and nothing says that they are. */
    default DataSpec ofSingleRows() {
        return this;
    }

    @Named("text")
    @Doc("A text file, modelled character by character: from each prefix the next character.")
    record Text(
            @Doc("The file, UTF-8.") String path,
            @Doc("Characters per sequence.") @Default("128") int sequenceLength,
            @Doc("Share of the text, from its end, that is kept for validation.") @Default("0.1") double validation)
            implements DataSpec {
        public Text {
            Check.positive(sequenceLength, "data.text", "sequenceLength");
            Check.inClosed(validation, 0, 1, "data.text", "validation");
        }

        /** This with another {@link #sequenceLength}. */
        public Text withSequenceLength(int value) {
            return Parts.with(this, "sequenceLength", value);
        }

        /** This with another {@link #validation}. */
        public Text withValidation(double value) {
            return Parts.with(this, "validation", value);
        }
    }

    /** What a CSV file is used for. */
    enum CsvTask {
        @Doc("A class for each sequence.")
        CLASSIFICATION,
        @Doc("Numbers for each sequence.")
        REGRESSION,
        @Doc("The target columns, horizon steps ahead, at every step.")
        FORECASTING,
        @Doc("A class at every step.")
        TAGGING
    }

    /** Which sequences are kept for validation. */
    enum Split {
        @Doc("Drawn with the seed; where a class is learnt for each sequence, a like share of each class.")
        AUTO,
        @Doc("Drawn with the seed.")
        RANDOM,
        @Doc("The last of the file.")
        LAST
    }

    /** What a forecast is. */
    enum Forecast {
        @Doc("The value horizon steps ahead, at every step.")
        STEP,
        @Doc("All values from 1 to horizon steps ahead, at the end of a window.")
        PATH
    }

    /** How numeric columns are scaled; fitted on training rows only. */
    enum Normalization {
        @Doc("Mean 0, deviation 1.")
        STANDARD,
        @Doc("Range 0 to 1.")
        MIN_MAX,
        @Doc("Left as they are.")
        NONE
    }

    /** What of a series is learnt in its place, so that trends and seasons go on; predictions are in original units. */
    enum Transform {
        @Doc("Chosen on the training part for each series that is input and target; said in the notes.")
        AUTO,
        @Doc("The values themselves.")
        NONE,
        @Doc("Differences from the last value.")
        DIFFERENCE,
        @Doc("Differences from the mean of values whole seasons before.")
        SEASON,
        @Doc("Differences from that mean, raised by how far the last value lies above its own season.")
        SEASON_AND_DIFFERENCE,
        @Doc("Differences of logarithms.")
        RETURNS
    }

    /** What stands before decimals. */
    enum Decimal {
        @Doc("As the file's numbers show; a point if they have no decimals.")
        AUTO,
        @Doc("As in 1.5.")
        POINT,
        @Doc("As in 1,5.")
        COMMA
    }

    /** What a time says of its place in a period, as sine and cosine. */
    enum CalendarFeature {
        @Doc("Time of day.")
        HOUR,
        @Doc("Day of the week, with the time of day.")
        DAY_OF_WEEK,
        @Doc("Day of the year, with the time of day.")
        DAY_OF_YEAR,
        @Doc("Month.")
        MONTH
    }

    /** What becomes of a missing value. */
    enum Missing {
        @Doc("An error that names the cell.")
        ERROR,
        @Doc("The column's mean over training rows.")
        MEAN,
        @Doc("The last value of the same column and sequence; the column's mean at the start.")
        PREVIOUS
    }

    /** Whether the first row names the columns. */
    enum Header {
        @Doc("Yes, if a cell of it isn't a number.")
        AUTO,
        @Doc("It does.")
        YES,
        @Doc("It holds values; columns are numbered from 1.")
        NO
    }

    private static void checkTransform(Transform transform, boolean forecasting, String who) {
        Check.that(
                forecasting || transform == Transform.AUTO || transform == Transform.NONE,
                who,
                "transform to come with task: forecasting",
                transform);
    }

    @Named("csv")
    @Doc("Numbers in a CSV file, a time step per row.")
    record Csv(
            @Doc("The file, UTF-8; builtin:NAME is one that comes with the program.") String path,
            @Doc("What is learnt.") CsvTask task,
            @Doc("Names (or numbers from 1) of the target columns.") List<String> target,
            @Doc("Names (or numbers from 1) of the input columns.")
                    @Absent("all but target and sequence; for forecasting the target too")
                    List<String> inputs,
            @Doc("Column whose value tells sequences apart; rows of a sequence stand together.")
                    @Absent("one long sequence, cut into windows")
                    String sequence,
            @Doc(
                            "Column whose value groups sequences: those of one group are all trained on or all kept for validation.")
                    @Absent("each sequence by itself")
                    String group,
            @Doc(
                            "Column of weights, at least 0, which is no input: what the loss and all scores of a row's label are multiplied by; of a sequence with one label, that of its last row.")
                    @Absent("all rows weigh 1")
                    String weight,
            @Doc("Number of first rows that are used.") @Absent("all") Integer limit,
            @Doc("Whether the first row names the columns.") @Default("auto") Header header,
            @Doc("Character between cells; tab; blanks for runs of blanks; auto for what the file shows.")
                    @Default("auto")
                    String separator,
            @Doc("What stands before decimals.") @Default("auto") Decimal decimal,
            @Doc("Character that makes a line a comment when it begins with it, or none.") @Default("'#'")
                    String comment,
            @Doc("Words for missing values beside the usual ones: an empty cell, NA, N/A, NaN, null, ? and -.")
                    @Default("[]")
                    List<String> missingWords,
            @Doc("Column of dates or times; it is no input.") @Absent("a column that holds such, if there is one")
                    String time,
            @Doc("How times are written, as a pattern of java.time (dd.MM.uuuu HH:mm).")
                    @Absent("noticed: year first, day first or month first")
                    String timeFormat,
            @Doc("Inputs that are made of the time, each as sine and cosine.") @Default("[]")
                    List<CalendarFeature> calendar,
            @Doc("Time steps per window when there is no sequence column.")
                    @Absent(
                            "64; for forecasts whole seasons, and no more than half of the training rows; 1 where one class or number is"
                                    + " learnt and no layer reads along time")
                    Integer window,
            @Doc("Steps ahead that are forecast.") @Default("1") int horizon,
            @Doc("Whether a single step or all up to the horizon are forecast.") @Default("step") Forecast forecast,
            @Doc("Time steps from one window to the next when there is no sequence column, or when paths are forecast.")
                    @Absent("windows that don't overlap; of paths, 1 in training and horizon in validation")
                    Integer stride,
            @Doc("What becomes of missing values.") @Default("error") Missing missing,
            @Doc("Scaling of numeric columns.") @Default("standard") Normalization normalization,
            @Doc(
                            "Columns of which the natural logarithm is taken before scaling; predictions are in original units again.")
                    @Absent("none; for forecasts as transform says")
                    List<String> log,
            @Doc("What is learnt of a series that is forecast, in place of its values.") @Default("auto")
                    Transform transform,
            @Doc("Rows after which a season comes again; 1 for none.")
                    @Absent("as times say: a year of months or quarters, a week of days, a day of hours; else noticed")
                    Integer season,
            @Doc(
                            "Share of the sequences (of the rows, from the end, when there is no sequence column) that is kept for validation.")
                    @Default("0.2")
                    double validation,
            @Doc("Which sequences are kept for validation; of a single series it is the end.") @Default("auto")
                    Split split,
            @Doc("File of validation data, which is scored whole; all of path's is training data then.")
                    @Absent("a share of path's, as validation says")
                    String validationPath)
            implements DataSpec {
        /** Time steps per window where nothing speaks for another number. */
        public static final int USUAL_WINDOW = 64;

        public Csv {
            target = List.copyOf(target);
            inputs = inputs == null ? null : List.copyOf(inputs);
            missingWords = List.copyOf(missingWords);
            log = log == null ? null : List.copyOf(log);
            calendar = List.copyOf(calendar);
            if (target.isEmpty()) {
                throw InvalidInputException.of("data.csv", "target to name a column", null, "");
            }
            if (separator.length() != 1 && !List.of("auto", "tab", "blanks").contains(separator)) {
                throw InvalidInputException.of(
                        "data.csv", "separator to be a single character, tab, blanks or auto", separator, "");
            }
            if (comment.length() != 1 && !comment.equals("none")) {
                throw InvalidInputException.of(
                        "data.csv", "comment to be a single character or the word none", comment, "");
            }
            Check.that(
                    calendar.stream().distinct().count() == calendar.size(),
                    "data.csv",
                    "calendar to name each feature once",
                    calendar);
            if (window != null) {
                Check.positive(window, "data.csv", "window");
            }
            if (season != null) {
                Check.positive(season, "data.csv", "season");
            }
            checkTransform(transform, task == CsvTask.FORECASTING, "data.csv");
            Check.positive(horizon, "data.csv", "horizon");
            if (stride != null) {
                Check.positive(stride, "data.csv", "stride");
            }
            Check.that(
                    group == null || sequence != null,
                    "data.csv",
                    "group to come with sequence, since it groups sequences",
                    group);
            Check.inClosed(validation, 0, 1, "data.csv", "validation");
            if (limit != null) {
                Check.positive(limit, "data.csv", "limit");
            }
            Check.that(
                    weight == null || forecast == Forecast.STEP,
                    "data.csv",
                    "weight to come with forecast: step, since a path has a label for each step",
                    forecast);
        }

        /** Time steps per window, where the data don't choose. */
        public int windowOrUsual() {
            return window == null ? USUAL_WINDOW : window;
        }

        @Override
        public DataSpec ofSingleRows() {
            boolean one = task == CsvTask.CLASSIFICATION || task == CsvTask.REGRESSION;
            return one && window == null && sequence == null ? withWindow(1) : this;
        }

        /** The character that makes a line a comment, or -1. */
        public int commentCharacter() {
            return comment.equals("none") ? -1 : comment.charAt(0);
        }

        /** This with another {@link #inputs}. */
        public Csv withInputs(List<String> value) {
            return Parts.with(this, "inputs", value);
        }

        /** This with another {@link #sequence}. */
        public Csv withSequence(String value) {
            return Parts.with(this, "sequence", value);
        }

        /** This with another {@link #header}. */
        public Csv withHeader(Header value) {
            return Parts.with(this, "header", value);
        }

        /** This with another {@link #separator}. */
        public Csv withSeparator(String value) {
            return Parts.with(this, "separator", value);
        }

        /** This with another {@link #decimal}. */
        public Csv withDecimal(Decimal value) {
            return Parts.with(this, "decimal", value);
        }

        /** This with another {@link #comment}. */
        public Csv withComment(String value) {
            return Parts.with(this, "comment", value);
        }

        /** This with another {@link #missingWords}. */
        public Csv withMissingWords(List<String> value) {
            return Parts.with(this, "missingWords", value);
        }

        /** This with another {@link #time}. */
        public Csv withTime(String value) {
            return Parts.with(this, "time", value);
        }

        /** This with another {@link #timeFormat}. */
        public Csv withTimeFormat(String value) {
            return Parts.with(this, "timeFormat", value);
        }

        /** This with another {@link #calendar}. */
        public Csv withCalendar(List<CalendarFeature> value) {
            return Parts.with(this, "calendar", value);
        }

        /** This with another {@link #window}. */
        public Csv withWindow(Integer value) {
            return Parts.with(this, "window", value);
        }

        /** This with another {@link #horizon}. */
        public Csv withHorizon(int value) {
            return Parts.with(this, "horizon", value);
        }

        /** This with another {@link #missing}. */
        public Csv withMissing(Missing value) {
            return Parts.with(this, "missing", value);
        }

        /** This with another {@link #normalization}. */
        public Csv withNormalization(Normalization value) {
            return Parts.with(this, "normalization", value);
        }

        /** This with another {@link #validation}. */
        public Csv withValidation(double value) {
            return Parts.with(this, "validation", value);
        }

        /** This with another {@link #log}. */
        public Csv withLog(List<String> value) {
            return Parts.with(this, "log", value);
        }

        /** This with another {@link #transform}. */
        public Csv withTransform(Transform value) {
            return Parts.with(this, "transform", value);
        }

        /** This with another {@link #season}. */
        public Csv withSeason(Integer value) {
            return Parts.with(this, "season", value);
        }

        /** This with another {@link #forecast}. */
        public Csv withForecast(Forecast value) {
            return Parts.with(this, "forecast", value);
        }

        /** This with another {@link #stride}. */
        public Csv withStride(Integer value) {
            return Parts.with(this, "stride", value);
        }

        /** This with another {@link #validationPath}. */
        public Csv withValidationPath(String value) {
            return Parts.with(this, "validationPath", value);
        }

        /** This with another {@link #group}. */
        public Csv withGroup(String value) {
            return Parts.with(this, "group", value);
        }

        /** This with another {@link #limit}. */
        public Csv withLimit(Integer value) {
            return Parts.with(this, "limit", value);
        }

        /** This with another {@link #weight}. */
        public Csv withWeight(String value) {
            return Parts.with(this, "weight", value);
        }

        /** This with another {@link #split}. */
        public Csv withSplit(Split value) {
            return Parts.with(this, "split", value);
        }
    }

    /** What is learnt of series that come with a class or with numbers. */
    enum SeriesTask {
        @Doc("A class if the file has classes, numbers if it has numbers to learn.")
        AUTO,
        @Doc("A class for each series.")
        CLASSIFICATION,
        @Doc("Numbers for each series.")
        REGRESSION,
        @Doc("All dimensions, horizon steps ahead, at every step; what the file has to learn is passed over.")
        FORECASTING
    }

    /** How an array of series is laid out. */
    enum ArrayLayout {
        @Doc("[case, dimension, step], or [case, step] for a single dimension (aeon, sktime).")
        CASE_DIMENSION_STEP,
        @Doc("[case, step, dimension] (Keras, PyTorch).")
        CASE_STEP_DIMENSION
    }

    @Named("series")
    @Doc(
            "Series in the formats of their field, by the file's extension: .ts (aeon, sktime), .arff (Weka), .npz and .npy (NumPy), .mat (MATLAB).")
    record Series(
            @Doc("The file; builtin:NAME is one that comes with the program.") String path,
            @Doc("What is learnt.") @Default("auto") SeriesTask task,
            @Doc("Array of the series in an .npz or .mat file; a key per series needs none.")
                    @Absent("the one called X, x, data, features or inputs, whatever folder stands before")
                    String features,
            @Doc(
                            "Array of classes or numbers to learn in an .npz file; attribute in an .arff file; file beside an .npy file.")
                    @Absent("the one called y, labels, targets or classes; the last attribute if it has classes")
                    String labels,
            @Doc("How arrays are laid out.") @Default("caseDimensionStep") ArrayLayout layout,
            @Doc("Steps ahead that are forecast.") @Default("1") int horizon,
            @Doc("What becomes of missing values.") @Default("error") Missing missing,
            @Doc("Scaling of dimensions.") @Default("standard") Normalization normalization,
            @Doc("What is learnt of dimensions that are forecast, in place of their values.") @Default("auto")
                    Transform transform,
            @Doc("Steps after which a season comes again; 1 for none.") @Absent("noticed") Integer season,
            @Doc("Share of the series that is kept for validation.") @Default("0.2") double validation,
            @Doc("Which series are kept for validation.") @Default("auto") Split split,
            @Doc("File of validation data, which is scored whole; all of path's is training data then.")
                    @Absent("a share of path's, as validation says")
                    String validationPath)
            implements DataSpec {
        public Series {
            Check.positive(horizon, "data.series", "horizon");
            if (season != null) {
                Check.positive(season, "data.series", "season");
            }
            checkTransform(transform, task == SeriesTask.FORECASTING, "data.series");
            Check.inClosed(validation, 0, 1, "data.series", "validation");
        }

        /** This with another {@link #task}. */
        public Series withTask(SeriesTask value) {
            return Parts.with(this, "task", value);
        }

        /** This with another {@link #features}. */
        public Series withFeatures(String value) {
            return Parts.with(this, "features", value);
        }

        /** This with another {@link #labels}. */
        public Series withLabels(String value) {
            return Parts.with(this, "labels", value);
        }

        /** This with another {@link #layout}. */
        public Series withLayout(ArrayLayout value) {
            return Parts.with(this, "layout", value);
        }

        /** This with another {@link #horizon}. */
        public Series withHorizon(int value) {
            return Parts.with(this, "horizon", value);
        }

        /** This with another {@link #missing}. */
        public Series withMissing(Missing value) {
            return Parts.with(this, "missing", value);
        }

        /** This with another {@link #normalization}. */
        public Series withNormalization(Normalization value) {
            return Parts.with(this, "normalization", value);
        }

        /** This with another {@link #transform}. */
        public Series withTransform(Transform value) {
            return Parts.with(this, "transform", value);
        }

        /** This with another {@link #season}. */
        public Series withSeason(Integer value) {
            return Parts.with(this, "season", value);
        }

        /** This with another {@link #validation}. */
        public Series withValidation(double value) {
            return Parts.with(this, "validation", value);
        }

        /** This with another {@link #validationPath}. */
        public Series withValidationPath(String value) {
            return Parts.with(this, "validationPath", value);
        }

        /** This with another {@link #split}. */
        public Series withSplit(Split value) {
            return Parts.with(this, "split", value);
        }
    }

    /** How an image becomes an input. */
    enum ImageReading {
        @Doc("A time step per row.")
        ROWS,
        @Doc("A time step per pixel.")
        PIXELS,
        @Doc("One vector.")
        FLAT
    }

    @Named("idx")
    @Doc("Labelled images in IDX files (MNIST's format), gz or not.")
    record Idx(
            @Doc("File of images.") String images,
            @Doc("File of labels.") String labels,
            @Doc("How an image is read.") @Default("rows") ImageReading reading,
            @Doc("Number of first images that are used.") @Absent("all") Integer limit,
            @Doc("Share of the images, drawn with the seed, that is kept for validation.") @Default("0.1")
                    double validation)
            implements DataSpec {
        public Idx {
            if (limit != null) {
                Check.positive(limit, "data.idx", "limit");
            }
            Check.inClosed(validation, 0, 1, "data.idx", "validation");
        }

        /** This with another {@link #reading}. */
        public Idx withReading(ImageReading value) {
            return Parts.with(this, "reading", value);
        }

        /** This with another {@link #limit}. */
        public Idx withLimit(Integer value) {
            return Parts.with(this, "limit", value);
        }

        /** This with another {@link #validation}. */
        public Idx withValidation(double value) {
            return Parts.with(this, "validation", value);
        }
    }

    /** How a piano roll numbers its keys. */
    enum KeyNumbers {
        @Doc("From 0.")
        FROM_ZERO,
        @Doc("As MIDI does: middle C is 60.")
        MIDI
    }

    @Named("pianoRoll")
    @Doc(
            "Piano rolls in JSON: train, valid and test lists of sequences of lists of sounding keys; from each prefix the next keys.")
    record PianoRoll(
            @Doc("The file.") String path,
            @Doc("Number of keys.") @Default("88") int keys,
            @Doc("How the file numbers keys.") @Default("fromZero") KeyNumbers numbering,
            @Doc("MIDI number of the first key; 21 is a piano's lowest, A0.") @Default("21") int firstKey)
            implements DataSpec {
        private static final int MIDI_NUMBERS = 128;

        public PianoRoll {
            Check.positive(keys, "data.pianoRoll", "keys");
            Check.nonNegative(firstKey, "data.pianoRoll", "firstKey");
            if (numbering == KeyNumbers.MIDI && (long) firstKey + keys > MIDI_NUMBERS) {
                throw InvalidInputException.of(
                        "data.pianoRoll",
                        "firstKey + keys to be at most " + MIDI_NUMBERS + ", as many numbers as MIDI has",
                        firstKey + " + " + keys,
                        "All of MIDI's keys are firstKey: 0 with keys: 128.");
            }
        }

        /** The number that the file gives the first key. */
        public int lowest() {
            return numbering == KeyNumbers.MIDI ? firstKey : 0;
        }

        /** This with another {@link #keys}. */
        public PianoRoll withKeys(int value) {
            return Parts.with(this, "keys", value);
        }

        /** This with another {@link #numbering}. */
        public PianoRoll withNumbering(KeyNumbers value) {
            return Parts.with(this, "numbering", value);
        }

        /** This with another {@link #firstKey}. */
        public PianoRoll withFirstKey(int value) {
            return Parts.with(this, "firstKey", value);
        }
    }

    @Named("adding")
    @Doc(
            "The adding problem (Hochreiter and Schmidhuber 1997, task 4, in the form of Bai et al. 2018): the sum of two marked numbers.")
    record Adding(
            @Doc("Steps per sequence.") @Default("100") int length,
            @Doc("Training sequences.") @Default("5000") int examples,
            @Doc("Validation sequences.") @Default("500") int validationExamples)
            implements DataSpec {
        public Adding {
            Check.atLeast(length, 2, "data.adding", "length");
            Check.positive(examples, "data.adding", "examples");
            Check.positive(validationExamples, "data.adding", "validationExamples");
        }

        /** This with another {@link #length}. */
        public Adding withLength(int value) {
            return Parts.with(this, "length", value);
        }

        /** This with another {@link #examples}. */
        public Adding withExamples(int value) {
            return Parts.with(this, "examples", value);
        }

        /** This with another {@link #validationExamples}. */
        public Adding withValidationExamples(int value) {
            return Parts.with(this, "validationExamples", value);
        }
    }

    @Named("copyMemory")
    @Doc("The copy-memory task (Hochreiter and Schmidhuber 1997; Bai et al. 2018): repeat 10 symbols after a delay.")
    record CopyMemory(
            @Doc("Steps from the last symbol to the sign to repeat them.") @Default("50") int delay,
            @Doc("Number of symbols to remember.") @Default("10") int symbols,
            @Doc("Training sequences.") @Default("5000") int examples,
            @Doc("Validation sequences.") @Default("500") int validationExamples)
            implements DataSpec {
        public CopyMemory {
            Check.positive(delay, "data.copyMemory", "delay");
            Check.positive(symbols, "data.copyMemory", "symbols");
            Check.positive(examples, "data.copyMemory", "examples");
            Check.positive(validationExamples, "data.copyMemory", "validationExamples");
        }

        /** This with another {@link #delay}. */
        public CopyMemory withDelay(int value) {
            return Parts.with(this, "delay", value);
        }

        /** This with another {@link #symbols}. */
        public CopyMemory withSymbols(int value) {
            return Parts.with(this, "symbols", value);
        }

        /** This with another {@link #examples}. */
        public CopyMemory withExamples(int value) {
            return Parts.with(this, "examples", value);
        }

        /** This with another {@link #validationExamples}. */
        public CopyMemory withValidationExamples(int value) {
            return Parts.with(this, "validationExamples", value);
        }
    }

    @Named("temporalOrder")
    @Doc(
            "The temporal-order problem (Hochreiter and Schmidhuber 1997, task 6a; Pascanu et al. 2013): in which order did two symbols come?")
    record TemporalOrder(
            @Doc("Steps per sequence.") @Default("100") int length,
            @Doc("Training sequences.") @Default("5000") int examples,
            @Doc("Validation sequences.") @Default("500") int validationExamples)
            implements DataSpec {
        public TemporalOrder {
            Check.atLeast(length, 10, "data.temporalOrder", "length");
            Check.positive(examples, "data.temporalOrder", "examples");
            Check.positive(validationExamples, "data.temporalOrder", "validationExamples");
        }

        /** This with another {@link #length}. */
        public TemporalOrder withLength(int value) {
            return Parts.with(this, "length", value);
        }

        /** This with another {@link #examples}. */
        public TemporalOrder withExamples(int value) {
            return Parts.with(this, "examples", value);
        }

        /** This with another {@link #validationExamples}. */
        public TemporalOrder withValidationExamples(int value) {
            return Parts.with(this, "validationExamples", value);
        }
    }

    @Named("spirals")
    @Doc("Points on interleaved spiral arms in the plane, a class per arm; for deep stacks.")
    record Spirals(
            @Doc("Number of arms.") @Default("3") int classes,
            @Doc("Training points.") @Default("3000") int examples,
            @Doc("Validation points.") @Default("600") int validationExamples,
            @Doc("Turns of each arm.") @Default("1") double turns,
            @Doc("Deviation of the noise on each coordinate; the arms have radius 1.") @Default("0.02") double noise)
            implements DataSpec {
        public Spirals {
            Check.atLeast(classes, 2, "data.spirals", "classes");
            Check.positive(examples, "data.spirals", "examples");
            Check.positive(validationExamples, "data.spirals", "validationExamples");
            Check.positive(turns, "data.spirals", "turns");
            Check.nonNegative(noise, "data.spirals", "noise");
        }

        /** This with another {@link #classes}. */
        public Spirals withClasses(int value) {
            return Parts.with(this, "classes", value);
        }

        /** This with another {@link #examples}. */
        public Spirals withExamples(int value) {
            return Parts.with(this, "examples", value);
        }

        /** This with another {@link #validationExamples}. */
        public Spirals withValidationExamples(int value) {
            return Parts.with(this, "validationExamples", value);
        }

        /** This with another {@link #turns}. */
        public Spirals withTurns(double value) {
            return Parts.with(this, "turns", value);
        }

        /** This with another {@link #noise}. */
        public Spirals withNoise(double value) {
            return Parts.with(this, "noise", value);
        }
    }

    /** {@link Adding} with the defaults of the run file. */
    static Adding adding() {
        return Parts.of(Adding.class);
    }

    /** {@link CopyMemory} with the defaults of the run file. */
    static CopyMemory copyMemory() {
        return Parts.of(CopyMemory.class);
    }

    /** {@link Csv}, with the defaults of the run file for everything else. */
    static Csv csv(String path, CsvTask task, List<String> target) {
        return Parts.of(Csv.class, path, task, target);
    }

    /** {@link Idx}, with the defaults of the run file for everything else. */
    static Idx idx(String images, String labels) {
        return Parts.of(Idx.class, images, labels);
    }

    /** {@link PianoRoll}, with the defaults of the run file for everything else. */
    static PianoRoll pianoRoll(String path) {
        return Parts.of(PianoRoll.class, path);
    }

    /** {@link Spirals} with the defaults of the run file. */
    static Spirals spirals() {
        return Parts.of(Spirals.class);
    }

    /** {@link TemporalOrder} with the defaults of the run file. */
    static TemporalOrder temporalOrder() {
        return Parts.of(TemporalOrder.class);
    }

    /** {@link Text}, with the defaults of the run file for everything else. */
    static Text text(String path) {
        return Parts.of(Text.class, path);
    }

    /** {@link Series}, with the defaults of the run file for everything else. */
    static Series series(String path) {
        return Parts.of(Series.class, path);
    }
}
