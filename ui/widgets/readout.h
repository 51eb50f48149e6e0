// SPDX-License-Identifier: GPL-3.0-or-later
// A quantity's name over its value, in figures that do not jitter: alone, or as a switch for a series of a
// plot.
#pragma once

#include <QAbstractButton>
#include <QWidget>

#include <optional>

namespace diffuscope::ui {

/// The value at the second cursor, and how far it is from the first one's.
struct SecondValue
{
    QString value;
    QString difference;
    bool operator==(const SecondValue&) const = default;
};

/// Shows a caption and, beneath it, a value, and that of a second cursor where there is one. Changing the
/// value repaints and never lays out again.
class Readout : public QWidget
{
    Q_OBJECT

public:
    /// `widest` is a value as long as they get; the cell leaves room for it.
    Readout(const QString& caption, const QString& widest, QWidget* parent = nullptr);

    void setCaption(const QString& caption);
    void setValue(const QString& value);
    const QString& value() const { return m_value; }
    /// Makes a row of it, wide and low; absent where there is no second cursor.
    void setSecond(const std::optional<SecondValue>& second);
    const std::optional<SecondValue>& second() const { return m_second; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_caption;
    QString m_widest;
    QString m_value;
    std::optional<SecondValue> m_second;
};

/// As Readout, with a swatch of the series' colour: filled while the series is shown, and where it always is
/// (not checkable).
class SeriesSwitch : public QAbstractButton
{
    Q_OBJECT

public:
    /// `series` is an index into ThemeColors::series; `dashed` series have a broken swatch.
    SeriesSwitch(const QString& caption, const QString& widest, int series, bool dashed,
                 QWidget* parent = nullptr);

    void setValue(const QString& value);
    const QString& value() const { return m_value; }
    /// Makes a row of it, wide and low; absent where there is no second cursor.
    void setSecond(const std::optional<SecondValue>& second);
    const std::optional<SecondValue>& second() const { return m_second; }
    int series() const { return m_series; }
    QColor color() const;
    /// A colour of its own in place of the series'.
    void setColor(const QColor& color);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_widest;
    QString m_value;
    std::optional<SecondValue> m_second;
    int m_series;
    std::optional<QColor> m_color;
    bool m_dashed;
};

}  // namespace diffuscope::ui
