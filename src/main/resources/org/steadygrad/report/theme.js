/* Colours, numbers and what all charts have in common. Pure functions in the part of ECMAScript that Rhino runs too. */
var steadygrad = {};
(function (sg) {
    'use strict';

    var LIGHT = {
        dark: false, ink: '#1b2228', soft: '#56616b', faint: '#87929b', line: '#d5dbe0', grid: '#edf0f2', surface: '#ffffff',
        // Okabe & Ito (2008): told apart with any kind of colour vision
        series: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#3b4650'],
        good: '#00795a', warning: '#b45309', error: '#b42318', clip: '#d98e00', band: 'rgba(0, 158, 115, 0.10)',
        density: ['#f4f7f9', '#cfe0ec', '#9cc2dd', '#5f9fc9', '#2b7bb0', '#0b5585', '#063256']
    };
    var DARK = {
        dark: true, ink: '#e9edf0', soft: '#a9b4bd', faint: '#7d8992', line: '#3a454e', grid: '#262f36', surface: '#161c21',
        series: ['#56b4e9', '#f0a04b', '#2fc59a', '#e3a0c5', '#f0e442', '#7aa7c7', '#dfe5e9'],
        good: '#3fcfa4', warning: '#f0b455', error: '#ff8a75', clip: '#cf9a3c', band: 'rgba(47, 197, 154, 0.12)',
        density: ['#1c242a', '#1d3a50', '#205a80', '#3480ae', '#5aa6d2', '#92cbec', '#d3ecfb']
    };
    // Viridis and cividis: evenly growing lightness, told apart with any kind of colour vision and in grey
    var VIRIDIS = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'];
    var CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];

    // single quotes: in pictures the list stands within an attribute
    var FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif";

    /** A number for people: three digits, powers of ten only where they are needed. */
    function number(value) {
        if (value === null || value === undefined || !isFinite(value)) {
            return 'not finite';
        }
        var size = Math.abs(value);
        if (size !== 0 && (size < 0.001 || size >= 1e6)) {
            return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
        }
        if (size >= 1000) {
            return whole(Math.round(value));
        }
        return String(Number(value.toPrecision(3)));
    }

    /** A number in a sentence, beside others of its kind: zeros at its end stay. */
    function exact(value) {
        var short = number(value);
        return value !== null && /^-?[0-9]*\.?[0-9]*$/.test(short) && Math.abs(value) < 1000 && value !== 0 ? value.toPrecision(3) : short;
    }

    /** Digits in groups of three. */
    function whole(value) {
        return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
    }

    function percent(share) {
        var value = 100 * share;
        return (value > 0 && value < 1 ? '< 1' : String(Math.round(value))) + ' %';
    }

    /** Text that is safe within HTML. */
    function escape(text) {
        return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
    }

    /** What is read from a list of numbers with gaps: the finite ones. */
    function finite(values) {
        return values.filter(function (v) { return v !== null && v !== undefined && isFinite(v); });
    }

    function least(values) {
        return finite(values).reduce(function (a, b) { return Math.min(a, b); }, Infinity);
    }

    function most(values) {
        return finite(values).reduce(function (a, b) { return Math.max(a, b); }, -Infinity);
    }

    function last(values) {
        var kept = finite(values);
        return kept.length ? kept[kept.length - 1] : null;
    }

    function flat(rows) {
        return rows.reduce(function (all, row) { return all.concat(row); }, []);
    }

    /** Rows for a table: at most so many, evenly spread, the last always among them. */
    function spread(length, count) {
        var places = [];
        var step = Math.max(1, (length - 1) / (count - 1));
        for (var i = 0; i < length - 1; i += step) {
            places.push(Math.round(i));
        }
        if (length > 0) {
            places.push(length - 1);
        }
        return places;
    }

    function text(theme, size) {
        return { color: theme.soft, fontFamily: FONT, fontSize: size || 11 };
    }

    function tooltip(theme, more) {
        return Object.assign({
            confine: true, backgroundColor: theme.surface, borderColor: theme.line, borderWidth: 1, padding: [8, 10],
            textStyle: { color: theme.ink, fontFamily: FONT, fontSize: 12 }, transitionDuration: 0,
            extraCssText: 'box-shadow:0 4px 16px rgba(0,0,0,.14);border-radius:8px;'
        }, more);
    }

    /** What every chart starts from. */
    function base(theme, more) {
        return Object.assign({
            animation: false, backgroundColor: 'transparent', color: theme.series,
            textStyle: { fontFamily: FONT, color: theme.ink }
        }, more);
    }

    function stepAxis(theme, more) {
        return Object.assign({
            type: 'value', name: 'step', nameLocation: 'end', nameGap: 6, nameTextStyle: text(theme), splitNumber: 5,
            axisLine: { show: true, lineStyle: { color: theme.line } }, axisTick: { show: false },
            axisLabel: Object.assign({ formatter: number, hideOverlap: true }, text(theme)), splitLine: { show: false }
        }, more);
    }

    function valueAxis(theme, more) {
        return Object.assign({
            type: 'value', axisLine: { show: false }, axisTick: { show: false },
            axisLabel: Object.assign({ formatter: number }, text(theme)), nameTextStyle: text(theme),
            splitLine: { lineStyle: { color: theme.grid } }, minorSplitLine: { show: false }
        }, more);
    }

    /** Whether values span so much that only a logarithmic axis shows them. */
    function wide(values) {
        var kept = finite(values);
        var positive = kept.filter(function (v) { return v > 0; });
        return kept.length > 0 && least(kept) >= 0 && positive.length > 0 && most(positive) > 30 * least(positive);
    }

    Object.assign(sg, {
        LIGHT: LIGHT, DARK: DARK, VIRIDIS: VIRIDIS, CIVIDIS: CIVIDIS, FONT: FONT, number: number, exact: exact, whole: whole, percent: percent,
        escape: escape, finite: finite, least: least, most: most, last: last, flat: flat, spread: spread, text: text,
        tooltip: tooltip, base: base, stepAxis: stepAxis, valueAxis: valueAxis, wide: wide
    });
}(steadygrad));
