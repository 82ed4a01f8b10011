/* Heat maps: something by layer, or by time step, over the steps. */
(function (sg) {
    'use strict';

    var MOST_PLACES = 200;
    var MOST_CELLS = 16000;

    /** Colour's range of some rows on a logarithmic scale, in powers of ten; null when nothing is positive. */
    function decades(rows) {
        var positive = sg.finite(sg.flat(rows)).filter(function (v) { return v > 0; });
        if (!positive.length) {
            return null;
        }
        var low = Math.log10(sg.least(positive));
        var high = Math.log10(sg.most(positive));
        if (high - low < 1) {
            var middle = (low + high) / 2;
            low = middle - 0.5;
            high = middle + 0.5;
        }
        // what is twelve powers of ten below the rest is as good as nothing
        return { low: Math.max(low, high - 14), high: high, log: true };
    }

    /**
     * The columns from left to right at even distances of steps: one that lasts longer, since the next look came later, is there more than
     * once, and each at least once.
     *
     * @param columns steps of the looks
     * @return [{step, column}]
     */
    function places(columns, rows) {
        var most = Math.max(MOST_PLACES / 4, Math.min(MOST_PLACES, Math.floor(MOST_CELLS / Math.max(1, rows))));
        var last = columns[columns.length - 1];
        // the first step is looked at whatever the distance
        var gaps = columns.slice(2).map(function (c, i) { return c - columns[i + 1]; });
        var gap = gaps.length ? sg.least(gaps) : 0;
        if (gap <= 0) {
            return columns.map(function (c, i) { return { step: c, column: i }; });
        }
        var span = gap * Math.ceil((last - columns[0]) / gap / most);
        var list = [];
        var first = columns[1] - span * Math.ceil((columns[1] - columns[0]) / span);
        for (var step = first, column = 0; step < last + span; step += span) {
            while (column + 1 < columns.length && columns[column + 1] <= step) {
                if (list.length && list[list.length - 1].column < column) {
                    list.push({ step: columns[column], column: column });
                }
                column++;
            }
            list.push({ step: Math.min(last, Math.max(step, columns[0])), column: column });
        }
        return list;
    }

    function cells(rows, at, scale) {
        var data = [];
        rows.forEach(function (row, y) {
            at.forEach(function (place, x) {
                var value = row[place.column];
                if (value !== null && value !== undefined) {
                    var shown = scale.log ? (value > 0 ? Math.log10(value) : scale.low) : scale.root ? Math.sqrt(value) : value;
                    data.push([x, y, Math.min(scale.high, Math.max(scale.low, shown)), value, place.column]);
                }
            });
        });
        return data;
    }

    function columnAxis(theme, at, width) {
        var labels = Math.max(2, Math.min(8, Math.floor(width / 90)));
        var every = Math.max(1, Math.ceil(at.length / labels));
        return {
            type: 'category', data: at.map(function (place) { return sg.number(place.step); }), axisTick: { show: false }, axisLine: { lineStyle: { color: theme.line } },
            name: 'step', nameLocation: 'end', nameGap: 6, nameTextStyle: sg.text(theme),
            axisLabel: Object.assign({ interval: function (i) { return i % every === 0; }, hideOverlap: true }, sg.text(theme)),
            splitArea: { show: false }, splitLine: { show: false }
        };
    }

    function rowAxis(theme, names, room, height) {
        var every = Math.max(1, Math.ceil(names.length / Math.max(2, Math.floor(height / 11.5))));
        return {
            type: 'category', data: names, inverse: true, axisTick: { show: false }, axisLine: { lineStyle: { color: theme.line } },
            axisLabel: Object.assign({ width: room - 12, overflow: 'truncate', interval: every - 1 },
                sg.text(theme, names.length > 30 && every === 1 ? 10 : 11)),
            splitLine: { show: false }
        };
    }

    function scaleBar(theme, scale, colours, unit) {
        var words = function (v) { return unit(scale.log ? Math.pow(10, v) : scale.root ? v * v : v); };
        return {
            type: 'continuous', min: scale.low, max: scale.high, dimension: 2, seriesIndex: 0, orient: 'horizontal', left: 'center', bottom: 0,
            itemWidth: 10, itemHeight: 170, calculable: false, hoverLink: false, borderColor: 'transparent', text: [words(scale.high), words(scale.low)],
            textStyle: sg.text(theme), formatter: words, inRange: { color: colours }, handleStyle: { opacity: 0 }
        };
    }

    /** How wide names are, in pixels, within reason. */
    function room(names, width) {
        var longest = names.reduce(function (most, name) { return Math.max(most, String(name).length); }, 0);
        return Math.round(Math.max(40, Math.min(longest * 6.4 + 16, width * 0.36, 190)));
    }

    /**
     * A heat map.
     *
     * @param map {columns, names, rows (values by row, then column), scale, colours, unit, axis (name of the rows' axis), line (row by
     *     column, drawn over it)}
     */
    function chart(map) {
        var thick = map.names.length > 26 ? 12 : map.names.length > 6 ? 19 : 30;
        var at = places(map.columns, map.names.length);
        var height = map.plain ? 150 : Math.max(60, Math.min(520, map.names.length * thick));
        var below = map.plain ? 26 : 66;
        return {
            height: height + below + 18,
            option: function (theme, width) {
                var left = room(map.names, width) + (map.axis ? 16 : 0);
                var unit = map.unit || sg.number;
                var series = [{
                    type: 'heatmap', data: cells(map.rows, at, map.scale), progressive: 0, emphasis: { itemStyle: { borderColor: theme.ink, borderWidth: 1 } },
                    itemStyle: { borderWidth: 0 }
                }];
                if (map.line) {
                    series.push({
                        type: 'line', name: 'horizon', data: at.map(function (place) { return map.line[place.column]; }), showSymbol: false, silent: true, z: 5, connectNulls: false,
                        lineStyle: { color: '#ffffff', width: 1.6, type: [5, 4], shadowColor: '#000000', shadowBlur: 2 }
                    });
                }
                return sg.base(theme, {
                    grid: { left: left, right: 34, top: 8, bottom: below, outerBoundsMode: 'none' },
                    xAxis: columnAxis(theme, at, width - left),
                    yAxis: Object.assign(rowAxis(theme, map.names, left - (map.axis ? 16 : 0), map.plain ? 70 : height),
                        map.axis ? { name: map.axis, nameLocation: 'middle', nameGap: left - 18, nameTextStyle: sg.text(theme) } : {}),
                    visualMap: Object.assign({}, scaleBar(theme, map.scale, map.colours === 'density' ? theme.density : map.colours, unit),
                        { show: !map.plain }),
                    tooltip: sg.tooltip(theme, {
                        trigger: 'item',
                        formatter: function (e) {
                            if (!e.value || e.value.length < 5) {
                                return '';
                            }
                            return '<b>' + sg.escape((map.row || '') + map.names[e.value[1]]) + '</b>, step ' + sg.whole(map.columns[e.value[4]]) + '<br>'
                                + sg.escape(unit(e.value[3]));
                        }
                    }),
                    series: series
                });
            }
        };
    }

    /** The same for several runs, on one scale: [{label, height, option}]. @param maps of each run, or null */
    function panels(views, maps, scaleOf, more) {
        var scale = scaleOf(sg.flat(maps.map(function (m) { return m ? m.rows : []; })));
        if (!scale) {
            return [];
        }
        var list = [];
        maps.forEach(function (map, i) {
            if (map && map.columns.length) {
                list.push(Object.assign({ label: views.length > 1 ? views[i].name : '', key: views.length > 1 ? '-' + (i + 1) : '' },
                    chart(Object.assign({ scale: scale }, more, map))));
            }
        });
        return list;
    }

    function shares(rows) {
        return sg.finite(sg.flat(rows)).length ? { low: 0, high: 1 } : null;
    }

    Object.assign(sg, { heatmaps: { chart: chart, panels: panels, places: places, decades: decades, shares: shares } });
}(steadygrad));
